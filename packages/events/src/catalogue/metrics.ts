import * as z from "zod/mini";
import { family } from "../definition.ts";
import { percent } from "./fields.ts";

/** How much of its resources a tenant uses, in percent. */
export const metrics = family(
  {
    family: "metrics",
    channels: ["tenant:{tenantId}:metrics", "tenant:{tenantId}:dashboard", "admin:metrics"],
  },
  {
    metrics_update: {
      summary: "A new reading.",
      aliases: ["metrics.updated"],
      byDefault: true,
      data: z.object({ cpu: percent, memory: percent, storage: percent }),
      example: { cpu: 45.2, memory: 67.8, storage: 23.1 },
    },
  },
);
