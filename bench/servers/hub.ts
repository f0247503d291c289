import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch, type Runtime, type ServerSettings } from "./launch.ts";
import type { RunningServer } from "./target.ts";

export const hubScript = "packages/server/src/main.ts";

export interface HubOptions {
  readonly runtime: Runtime;
  configure(settings: ServerSettings): object;
  /** Absent: on the server's core. */
  readonly pinned?: boolean;
}

/** Starts our server with a configuration made for the port, the key and the secret that it is given. */
export async function launchHub({ runtime, configure, pinned = true }: HubOptions): Promise<RunningServer> {
  const file = join(tmpdir(), `altavoz-bench-${crypto.randomUUID()}.json`);
  const args = async (settings: ServerSettings) => {
    await Bun.write(file, JSON.stringify(configure(settings)));
    return ["serve", "--config", file];
  };
  try {
    return await launch({ runtime, script: hubScript, args, pinned });
  } finally {
    await rm(file, { force: true });
  }
}

export interface HubConfiguration extends Readonly<Record<string, unknown>> {
  readonly client: Readonly<Record<string, unknown>>;
  readonly channel: { readonly namespaces: readonly object[] };
}

/** A Centrifugo v6 configuration with nothing in it but what the bench needs. */
export function hubConfiguration({ port, apiKey, hmacSecret }: ServerSettings): HubConfiguration {
  return {
    http_server: { port },
    client: { token: { hmac_secret_key: hmacSecret }, allowed_origins: ["*"] },
    http_api: { key: apiKey },
    health: { enabled: true },
    log: { level: "error" },
    channel: {
      namespaces: [
        { name: "bench", allow_subscribe_for_client: true },
        { name: "history", allow_subscribe_for_client: true, history_size: 100, history_ttl: "300s" },
      ],
    },
  };
}
