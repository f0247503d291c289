import { systemClock } from "./kit/clock.ts";
import { createApiKeys, createAuthenticator } from "./auth/index.ts";
import type { Config } from "./config/schema.ts";
import { createCentrifugoDoor } from "./doors/centrifugo/index.ts";
import { createMemoryEngine } from "./engines/memory/index.ts";
import { createHub, type Hub, type Listener, type Route } from "./hub/index.ts";
import { randomIds } from "./kit/ids.ts";
import type { Log } from "./kit/log.ts";
import { openFileLimit } from "./kit/open-file-limit.ts";
import { toDirectoryOptions, toHubSettings, toTokenKeys } from "./settings.ts";
import { createDirectory } from "./tenants/directory.ts";
export async function startServer(config: Config, options: { readonly log: Log }): Promise<{ url: string; stop(): Promise<void>; hub: Hub }> {
  const { log } = options;
  const clock = systemClock;
  const ids = randomIds;
  const directory = createDirectory(toDirectoryOptions(config));
  const authenticator = createAuthenticator({ platform: toTokenKeys(config.client.token), tenants: new Map(config.tenants.map(t => [t.id, { token: toTokenKeys(t.token) }])), directory, clock, log });
  const engine = createMemoryEngine({ clock, ids });
  const hub = createHub({ settings: toHubSettings(config, "0.1.0"), engine, authenticator, directory, clock, ids, log });
  await hub.start();
  const { createBunListener } = await import("./listeners/bun/index.ts");
  const listener: Listener = createBunListener({ clock, log, maxBufferedBytes: config.client.queue_max_size, maxConnections: (openFileLimit() ?? 1e6) - 200, trustedProxies: [] });
  const door = createCentrifugoDoor({ websocket: { hub, topics: listener.topics, path: config.websocket.handler_prefix, maxMessageBytes: config.websocket.message_size_limit, allowedOrigins: config.client.allowed_origins, userIdHeader: "" } });
  const routes: Route[] = [...door.routes];
  const bound = await listener.open({ port: config.http_server.port, routes });
  return { url: `http://localhost:${bound.port}`, hub, async stop() { hub.drain(); await listener.drain(); await listener.stop(); await hub.stop(); } };
}
void createApiKeys;
