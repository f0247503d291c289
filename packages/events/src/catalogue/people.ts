import * as z from "zod/mini";
import { family } from "../definition.ts";
import { name, text } from "./fields.ts";

const person = { userId: name, name: z.optional(text) };

/** Who is there. */
export const presence = family(
  { family: "presence", channels: ["tenant:{tenantId}:presence"], flat: true },
  {
    user_online: {
      summary: "A user is there.",
      aliases: ["presence_join", "presence.joined"],
      status: "online",
      data: z.object(person),
      example: { userId: "user_789", name: "Ana" },
    },
    user_offline: {
      summary: "A user has gone.",
      aliases: ["presence_leave", "presence.left"],
      status: "offline",
      data: z.object(person),
      example: { userId: "user_789" },
    },
    presence_update: {
      summary: "A user's state is another one, said by the status: online, away, busy, offline.",
      aliases: ["presence.updated"],
      data: z.object({ ...person, location: z.optional(text) }),
      example: { userId: "user_789", location: "/deployments" },
    },
  },
);

/** Who came in, and from where. */
export const auth = family(
  { family: "auth", channels: ["tenant:{tenantId}:user_login"], flat: true },
  {
    user_login: {
      summary: "A user logged in.",
      aliases: ["user.login"],
      byDefault: true,
      data: z.object({ ...person, ip: z.optional(name), userAgent: z.optional(text) }),
      example: { userId: "user_789", ip: "192.168.1.100" },
    },
  },
);

const field = { userId: name, field: name };

/** Several people at work on the same thing. */
export const collaboration = family(
  { family: "collaboration", channels: ["tenant:{tenantId}:collaboration"], flat: true },
  {
    user_joined: {
      summary: "A user begins to edit.",
      aliases: ["collaboration.joined"],
      data: z.object({ ...person, field: z.optional(name) }),
      example: { userId: "user_789", field: "company_settings" },
    },
    user_left: {
      summary: "A user stops editing.",
      aliases: ["collaboration.left"],
      data: z.object({ ...person, field: z.optional(name) }),
      example: { userId: "user_789", field: "company_settings" },
    },
    field_changed: {
      summary: "A user gave a field another value.",
      aliases: ["collaboration.changed"],
      data: z.object({ ...field, oldValue: z.optional(z.unknown()), newValue: z.unknown() }),
      example: { userId: "user_789", field: "company_name", oldValue: "Old Corp", newValue: "New Corp" },
    },
  },
);
