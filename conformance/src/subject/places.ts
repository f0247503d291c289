import { ownServer } from "./own-server.ts";
import { createRemote } from "./remote.ts";
import type { Place } from "./subject.ts";

/**
 * Where the suite runs: against our server on both runtimes, or against the server that the environment names.
 *
 * `CONFORMANCE_URL`, `CONFORMANCE_API_KEY` and `CONFORMANCE_HMAC_SECRET` say which; it must run with the configuration
 * of the profile `CONFORMANCE_PROFILE`, `baseline` unless told.
 */
export function places(env: Readonly<Record<string, string | undefined>> = process.env): readonly Place[] {
  const url = env.CONFORMANCE_URL?.replace(/\/$/, "");
  if (!url) return [ownServer("bun"), ownServer("node")];
  const { CONFORMANCE_API_KEY: apiKey = "", CONFORMANCE_HMAC_SECRET: hmacSecret = "" } = env;
  const { CONFORMANCE_PROFILE: served = "baseline" } = env;
  return [
    {
      name: url,
      foreign: true,
      declines: (profile) =>
        profile === served ? undefined : `the server runs with the profile ${served}, these need ${profile}`,
      open: async () => ({
        ...createRemote({ url, apiKey, hmacSecret }),
        died: new Promise(() => {}),
        stop: async () => {},
      }),
    },
  ];
}
