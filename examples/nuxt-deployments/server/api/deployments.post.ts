import { userOf } from "#shared/user.ts";
import { instanceTypes } from "../platform/deployer.ts";
import { usePlatform } from "../platform/platform.ts";

/** Starts a deployment; how it goes on is told by events. */
export default defineEventHandler(async (event) => {
  const body = await readBody<{ instanceType?: unknown }>(event);
  const instanceType = instanceTypes.find((known) => known === body?.instanceType);
  if (!instanceType)
    throw createError({ statusCode: 400, message: `instanceType: one of ${instanceTypes.join(", ")}` });
  return { id: await usePlatform().deployer.start(userOf(event).tenantId, instanceType) };
});
