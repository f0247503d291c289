import * as z from "zod/mini";
import { family } from "../definition.ts";
import { name, text } from "./fields.ts";

/** What somebody should look at. */
export const monitoring = family(
  {
    family: "monitoring",
    channels: [
      "tenant:{tenantId}:monitoring",
      "tenant:{tenantId}:alerts",
      "admin:alerts",
      "admin:platform:alerts",
      "system:alerts",
    ],
    flat: true,
  },
  {
    alert: {
      summary: "A measured value has passed its threshold.",
      aliases: ["monitoring.alert"],
      data: z.object({
        severity: z.enum(["info", "warning", "critical"]),
        resource: name,
        value: z.number(),
        threshold: z.number(),
        message: z.optional(text),
      }),
      example: { severity: "warning", resource: "cpu", value: 89.5, threshold: 80, message: "CPU above 80 %" },
    },
  },
);

/** What the platform says of itself. */
export const platform = family(
  { family: "platform", channels: ["system:health", "admin:platform:events", "admin:tenants"], flat: true },
  {
    health_update: {
      summary: "A component is well, or no longer is; said by the status: healthy, degraded, down.",
      aliases: ["system.health"],
      data: z.object({ component: name, message: z.optional(text) }),
      example: { component: "redis", message: "Answers in 2 ms" },
    },
    tenant_activity: {
      summary: "Something happened at a tenant.",
      aliases: ["tenant.activity"],
      data: z.object({ action: name, userId: z.optional(name), message: z.optional(text) }),
      example: { action: "created", message: "A new customer" },
    },
  },
);
