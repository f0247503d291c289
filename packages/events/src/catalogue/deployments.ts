import * as z from "zod/mini";
import { family } from "../definition.ts";
import { link, name, percent, text } from "./fields.ts";

const common = {
  deploymentId: z.optional(name),
  instanceType: z.optional(name),
  message: z.optional(text),
};

/** Installations on their way: from the order to the address where they answer. */
export const deployments = family(
  { family: "deployments", channels: ["tenant:{tenantId}:deployments"], flat: true },
  {
    deployment_start: {
      summary: "A deployment begins.",
      aliases: ["deployment_started", "deployment.started"],
      status: "starting",
      data: z.object({ ...common, progress: z.optional(percent) }),
      example: { deploymentId: "deploy-456", instanceType: "odoo", progress: 0 },
    },
    deployment_progress: {
      summary: "A deployment has come further.",
      aliases: ["deployment.progress"],
      status: "running",
      data: z.object({ ...common, progress: percent }),
      example: { deploymentId: "deploy-456", progress: 45, message: "Pulling Docker images" },
    },
    deployment_completed: {
      summary: "A deployment is done.",
      aliases: ["deployment_complete", "deployment.completed"],
      status: "completed",
      data: z.object({ ...common, progress: z.optional(percent), url: z.optional(link), version: z.optional(name) }),
      example: { deploymentId: "deploy-456", progress: 100, url: "https://odoo-12345.example.com", version: "17.0" },
    },
    deployment_failed: {
      summary: "A deployment ended without success.",
      aliases: ["deployment.failed"],
      status: "failed",
      data: z.object({ ...common, progress: z.optional(percent), error: z.optional(text) }),
      example: { deploymentId: "deploy-456", error: "The image could not be pulled" },
    },
    deployment_update: {
      summary: "A deployment is in another state; which one is said by the status.",
      aliases: ["deployment.updated"],
      data: z.object({
        ...common,
        progress: z.optional(percent),
        url: z.optional(link),
        version: z.optional(name),
        error: z.optional(text),
      }),
      example: { url: "https://odoo-12345.example.com", version: "17.0" },
    },
  },
);
