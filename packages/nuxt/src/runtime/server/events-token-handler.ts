import type { ConnectionTokenContent } from "@altavoz/backend";
import { defineEventHandler, type EventHandler, type H3Event, setResponseHeader } from "h3";
import { useRuntimeConfig } from "nitropack/runtime";
import { issueEventsToken } from "./issue-events-token.ts";

/** Finds out from the application's own session who asks; nothing that the browser says about itself counts. */
export type Identify = (
  event: H3Event,
) => ConnectionTokenContent | undefined | Promise<ConnectionTokenContent | undefined>;

/**
 * The route that gives the browser its connection token: `export default eventsTokenHandler((event) => …)`. Who is
 * nobody gets 401, and the page stays without events instead of asking again and again.
 */
export function eventsTokenHandler(identify: Identify): EventHandler<object, Promise<{ token: string }>> {
  return defineEventHandler(async (event) => {
    setResponseHeader(event, "cache-control", "no-store");
    return issueEventsToken(await identify(event), String(useRuntimeConfig(event).eventsTokenSecret ?? ""));
  });
}
