/** The public test kit: a hub for tests, and a clock that moves only when told to. */
import { mintConnectionToken, mintSubscriptionToken } from "./auth/index.ts";
import { startServer } from "./compose.ts";
import { parseConfig } from "./config/load.ts";
import type { Hub } from "./hub/index.ts";
import { type Log, silentLog } from "./kit/log.ts";
import type { ApplicationHandlers } from "./proxy/index.ts";

export { createVirtualClock, type VirtualClock } from "./kit/virtual-clock.ts";

/** Who a test's token is for. */
export interface TestUser {
  readonly user?: string;
  readonly tenant?: string;
  readonly roles?: readonly string[];
  /** Seconds from now; absent: no end. */
  readonly ttl?: number;
}

export interface TestHub {
  /** `http://localhost:PORT` */
  readonly url: string;
  /** `ws://localhost:PORT/connection/websocket` */
  readonly websocketUrl: string;
  readonly hub: Hub;
  /** A connection token signed with the platform's key. */
  token(who?: TestUser): Promise<string>;
  /** A subscription token signed with the platform's key. */
  subscriptionToken(channel: string, who?: TestUser): Promise<string>;
  /** Calls a method of the server API with the platform's key; rejects when it answers an error. */
  api(method: string, body: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

export interface TestHubOptions {
  /** Besides or instead of the defaults of the kit, in the form of a configuration file. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Absent: the runtime that runs the test. */
  readonly runtime?: "bun" | "node";
  readonly log?: Log;
  readonly application?: ApplicationHandlers;
}

const SECRET = "test-secret-of-the-platform-32-bytes";
const API_KEY = "test-api-key";

/** A whole server on a free port, with a known secret and API key. */
export async function startTestHub(options: TestHubOptions = {}): Promise<TestHub> {
  const own = options.config ?? {};
  const { config } = parseConfig({
    health: { enabled: true },
    prometheus: { enabled: true },
    ...own,
    http_server: { port: 0, ...section(own, "http_server") },
    client: {
      ...section(own, "client"),
      token: { hmac_secret_key: SECRET, ...section(section(own, "client"), "token") },
    },
    http_api: { key: API_KEY, ...section(own, "http_api") },
  });
  const { log = silentLog, runtime, application } = options;
  const server = await startServer(config, {
    log,
    ...(runtime ? { runtime } : {}),
    ...(application ? { application } : {}),
  });
  const key = { algorithm: "HS256", key: config.client.token.hmac_secret_key };
  const expiry = (ttl?: number): { expiresAt?: number } =>
    ttl === undefined ? {} : { expiresAt: Math.floor(server.hub.clock.now() / 1000) + ttl };
  return {
    url: server.url,
    websocketUrl: server.url.replace(/^http/, "ws") + config.websocket.handler_prefix,
    hub: server.hub,
    token: ({ ttl, ...who } = {}) => mintConnectionToken({ ...who, ...expiry(ttl) }, key),
    subscriptionToken: (channel, { ttl, user, tenant } = {}) =>
      mintSubscriptionToken({ channel, ...(user ? { user } : {}), ...(tenant ? { tenant } : {}), ...expiry(ttl) }, key),
    async api(method, body) {
      const response = await fetch(`${server.url}${config.http_api.handler_prefix}/${method}`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-api-key": config.http_api.key },
        body: JSON.stringify(body),
      });
      const reply = (await response.json()) as { result?: unknown; error?: { code: number; message: string } };
      if (reply.error) throw new Error(`${method}: ${reply.error.code} ${reply.error.message}`);
      return reply.result;
    },
    stop: () => server.stop(),
  };
}

function section(from: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> {
  const value = from[name];
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
