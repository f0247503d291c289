import {
  type Caller,
  type Log,
  parseConfig,
  publish,
  type RunningServer,
  startServer,
} from "../../../../../packages/server/src/index.ts";
import type { SaleEvent } from "../../domain/events/sale.events.ts";
import type { Settings } from "../../settings.ts";
import type { EventBus } from "../event-bus/event-bus.interface.ts";

/** The channel of everybody with the role. */
const CHANNEL = "admin:sales";
const ROLE = "ADMIN";

export interface WebSocketServerOptions {
  readonly settings: Settings;
  readonly bus: EventBus<SaleEvent>;
  readonly log: Log;
  /** Besides or instead of what the settings say, as sections of a configuration file. */
  readonly client?: Readonly<Record<string, unknown>>;
}

/** The hub with `/ws` for administrators: whatever the bus brings goes to all of them. */
export async function startWebSocketServer(options: WebSocketServerOptions): Promise<RunningServer> {
  const { settings, bus, log, client } = options;
  const { firebaseProjectId: projectId = "" } = settings;
  const { config } = parseConfig({
    http_server: { port: settings.port },
    health: { enabled: true },
    plain_websocket: { roles: [ROLE], channel: CHANNEL },
    client: {
      allowed_origins: settings.allowedOrigins,
      ...(projectId === "" ? {} : { firebase: { project_id: projectId, admin_role: ROLE } }),
      ...client,
    },
  });
  const server = await startServer(config, { log });
  const { hub } = server;
  const operator: Caller = { tenant: hub.directory.platform, crossesTenants: true, session: undefined };
  const unsubscribe = bus.subscribe((event) => {
    // The key makes one publication of it also where several instances share the memory of their hubs.
    const publication = { channel: CHANNEL, data: JSON.stringify(event), idempotencyKey: event.id };
    publish(hub, operator, publication).catch((error: unknown) => {
      log.error("an event did not reach the administrators", { event: event.id, error });
    });
  });
  return {
    ...server,
    async stop() {
      await server.stop();
      unsubscribe();
    },
  };
}
