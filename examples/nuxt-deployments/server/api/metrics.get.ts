import type { MetricsEvent } from "@altavoz/events";
import { userOf } from "#shared/user.ts";
import { usePlatform } from "../platform/platform.ts";

/** The readings of the last minute, oldest first. */
export default defineEventHandler(async (event) => {
  const channel = `tenant:${userOf(event).tenantId}:dashboard`;
  const { publications } = await usePlatform().hub.call("history", { channel, limit: 60, reverse: true });
  return publications.map(({ data }) => (data as MetricsEvent).data).reverse();
});
