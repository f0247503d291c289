import type { Server } from "socket.io";
import { createAuthenticator } from "../../auth/index.ts";
import { parseConfig } from "../../config/load.ts";
import { createMemoryEngine } from "../../engines/memory/index.ts";
import { createHub, type Route } from "../../hub/index.ts";
import { systemClock as clock } from "../../kit/clock.ts";
import { randomIds as ids } from "../../kit/ids.ts";
import { silentLog as log } from "../../kit/log.ts";
import { createBunListener } from "../../listeners/bun/index.ts";
import { toDirectoryOptions, toHubSettings } from "../../settings.ts";
import { createDirectory } from "../../tenants/directory.ts";
import { version } from "../../version.ts";
import { createHubAdapter } from "./adapter/hub-adapter.ts";
import { Engine } from "./engine/index.ts";

/** The limits of a server that runs with the defaults of its configuration. */
const { config } = parseConfig({ channel: { namespaces: [{ name: "room" }] } });

/** Serves an application's own `io` by the hub's engine and adapter on Bun, for the bench: a hub in memory around it. */
export async function serveIo(io: Server, port: number, routes: readonly Route[]): Promise<void> {
  const directory = createDirectory(toDirectoryOptions(config));
  const hub = createHub({
    settings: toHubSettings(config, version),
    engine: createMemoryEngine({ clock, ids }),
    authenticator: createAuthenticator({ platform: {}, tenants: new Map(), directory, clock, log }),
    directory,
    clock,
    ids,
    log,
  });
  await hub.start();
  io.adapter(createHubAdapter(hub));
  const { socketio, client, http_server: server } = config;
  const listener = createBunListener({
    clock,
    log,
    maxBufferedBytes: client.queue_max_size,
    maxConnections: Number.MAX_SAFE_INTEGER,
    trustedProxies: server.trusted_proxies,
    largestMessageBytes: socketio.message_size_limit,
  });
  const engine = new Engine({
    topics: listener.topics,
    wheel: hub.wheel,
    clock,
    path: socketio.handler_prefix,
    transports: ["polling", "websocket"],
    pingIntervalMs: socketio.ping_interval,
    pingTimeoutMs: socketio.ping_timeout,
    upgradeTimeoutMs: 10_000,
    maxHttpBufferSize: socketio.message_size_limit,
    maxQueuedBytes: client.queue_max_size,
    cookie: "",
    headers: [],
    secure: false,
    isOriginAllowed: () => true,
  });
  io.bind(engine);
  await listener.open({ port, routes: [...engine.routes, ...routes] });
}
