import * as z from "zod/mini";
import { family } from "../definition.ts";
import { link, text } from "./fields.ts";

/** Short texts for people, for all of a tenant or for one user. The type says what kind it is, in any word. */
export const notifications = family(
  {
    family: "notifications",
    channels: ["tenant:{tenantId}:notifications", "user:{userId}:notifications"],
    flat: true,
  },
  {
    notification: {
      summary: "Something to tell; other types are read as this one and keep their name.",
      anyType: true,
      byDefault: true,
      data: z.object({ title: z.optional(text), message: text, link: z.optional(link) }),
      example: { title: "Invoice", message: "The invoice was paid", link: "/billing" },
    },
  },
);
