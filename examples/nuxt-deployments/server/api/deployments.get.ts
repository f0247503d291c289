import type { DeploymentEvent } from "@altavoz/events";
import { type Deployment, withEvent } from "#shared/deployments.ts";
import { userOf } from "#shared/user.ts";
import { usePlatform } from "../platform/platform.ts";

/**
 * The tenant's deployments as the channel's history tells them, and where in the channel that is: who subscribes since
 * that position sees everything once.
 */
export default defineEventHandler(async (event) => {
  const channel = `tenant:${userOf(event).tenantId}:deployments`;
  const { publications, offset, epoch } = await usePlatform().hub.call("history", { channel, limit: -1 });
  const deployments = publications
    .map(({ data }) => data as DeploymentEvent)
    .reduce<readonly Deployment[]>(withEvent, []);
  return { deployments, position: { offset, epoch } };
});
