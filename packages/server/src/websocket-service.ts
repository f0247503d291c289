import { timingSafeEqual } from "node:crypto";
import type { Server as HttpServer, IncomingMessage, ServerResponse } from "node:http";
import { Server } from "socket.io";
import { createAuthenticator } from "./auth/index.ts";
import { parseConfig } from "./config/load.ts";
import { readWebSocketServiceEnvironment, type WebSocketServiceEnvironment } from "./config/websocket-service.ts";
import { type Authorize, type ServiceParts, SocketService } from "./doors/socketio/service/index.ts";
import { createMemoryEngine } from "./engines/memory/index.ts";
import { type Authenticator, createHub, DEFAULT_TENANT_ID, type Hub, type HubOptions } from "./hub/index.ts";
import { type Clock, systemClock } from "./kit/clock.ts";
import { randomIds } from "./kit/ids.ts";
import { type Log, silentLog } from "./kit/log.ts";
import { createWheel } from "./kit/wheel.ts";
import { mountSocketIo, socketIoDefaults } from "./mount-socketio.ts";
import { toDirectoryOptions, toHubSettings } from "./settings.ts";
import { createDirectory } from "./tenants/directory.ts";
import { version } from "./version.ts";

export type {
  Authorize,
  ClientToServerEvents,
  Farewell,
  Notification,
  NotificationRequest,
  Reply,
  RoomMove,
  RoomSocket,
  ServerToClientEvents,
  ServiceAction,
  ServiceError,
  ServiceHealth,
  ServiceStats,
  ServiceUser,
  Update,
  UpdateRequest,
  UserPresence,
} from "./doors/socketio/service/index.ts";

/** Every member wins over the variable of the environment that its comment names. Times in milliseconds. */
export interface WebSocketServiceOptions {
  /** `REDIS_HOST`, `REDIS_PORT`, `REDIS_PASSWORD`. `false`: this process alone, whatever the environment says. */
  readonly redis?: { readonly host: string; readonly port?: number; readonly password?: string } | false;
  /** In front of every name in Redis; services that share a Redis without knowing each other differ in it. */
  readonly redisPrefix?: string;
  /** `WS_CORS_ORIGINS`. Pages that may connect, where `*` stands for anything; without it those of the same host. */
  readonly corsOrigins?: readonly string[];
  /** `WS_PING_INTERVAL`; 30 seconds. */
  readonly pingInterval?: number;
  /** `WS_PING_TIMEOUT`; 60 seconds. */
  readonly pingTimeout?: number;
  /** `WS_MAX_HTTP_BUFFER_SIZE`, bytes of one message; 1,000,000. */
  readonly maxHttpBufferSize?: number;
  /** Bytes that may wait for one client that does not read before it is sent away; 1,048,576. */
  readonly maxQueuedBytes?: number;
  /** `WS_RATE_LIMIT`, events of clients per window, of each user and each connection; 100, and 0 for no limit. */
  readonly rateLimit?: number;
  /** `WS_RATE_WINDOW_MS`; one minute. */
  readonly rateWindow?: number;
  /** `JWT_SECRET`, `JWT_JWKS_URL`, `JWT_ISSUER`, `JWT_AUDIENCE`. Without a key nobody is let in. */
  readonly jwt?: {
    readonly secret?: string;
    readonly jwksUrl?: string;
    readonly issuer?: string;
    readonly audience?: string;
  };
  /** Instead of `jwt`. */
  readonly authenticator?: Pick<Authenticator, "connection">;
  /** Clients may connect without a token and send it by `authenticate` within this time. Off unless given. */
  readonly lateAuthentication?: number | false;
  /** What authenticated clients may do; `mayByDefault` says what they may without. */
  readonly authorize?: Authorize;
  /** Where Socket.IO answers; `/socket.io`. */
  readonly path?: string;
  /** Answers `GET {prefix}/health` and `GET {prefix}/stats`, such as `/api/ws`. Off unless given. */
  readonly httpPrefix?: string;
  /** `WS_ADMIN_KEY`, which `GET {prefix}/stats` needs as a bearer token. */
  readonly adminKey?: string;
  readonly tenant?: string;
  /** How late timers may run in a process that calls itself healthy; 200. */
  readonly healthyLoopLag?: number;
  readonly log?: Log;
}

const defaults = {
  ...socketIoDefaults,
  rateLimit: 100,
  rateWindow: 60_000,
  path: "/socket.io",
  tenant: DEFAULT_TENANT_ID,
  healthyLoopLag: 200,
  redisPrefix: "altavoz-service",
  log: silentLog,
};
const AUTHENTICATION_TIMEOUT_MS = 10_000;

type Settled = ReturnType<typeof settle>;

function settle(options: WebSocketServiceOptions, environment: WebSocketServiceEnvironment) {
  const { redis: fromEnvironment, ...rest } = environment;
  return {
    ...defaults,
    ...rest,
    ...options,
    jwt: options.jwt ?? environment.jwt,
    redis: options.redis === false ? undefined : (options.redis ?? fromEnvironment),
  };
}

/**
 * Notifications, rooms and updates for the users of a Node application, over Socket.IO on its own HTTP server. The
 * constructor reads the environment and does no network I/O. Throws `ConfigError` for variables that cannot be used.
 */
export class WebSocketService extends SocketService {
  constructor(httpServer: HttpServer, options: WebSocketServiceOptions = {}) {
    super(composeService(httpServer, settle(options, readWebSocketServiceEnvironment()), () => this));
  }
}

function composeService(httpServer: HttpServer, settings: Settled, service: () => SocketService): ServiceParts {
  const clock = systemClock;
  const { log, tenant } = settings;
  const io = new Server({ path: settings.path });
  const wheel = createWheel(clock);
  const { mount, unmount } = mountSocketIo(io, {
    ...settings,
    httpServer,
    clock,
    wheel,
    answer: (request, response) => answerHttp(service(), settings, { request, response }),
  });
  const directory = createDirectory(
    toDirectoryOptions(parseConfig({ channel: { namespaces: [{ name: "room" }] } }).config),
  );
  const { secret = "", jwksUrl = "", issuer = "", audience = "" } = settings.jwt;
  if (!settings.authenticator && secret === "" && jwksUrl === "") {
    log.warn("neither JWT_SECRET nor JWT_JWKS_URL is set: no client will be let in");
  }
  const keys = { hmacSecretKey: secret, jwksPublicEndpoint: jwksUrl, issuer, audience };
  const own = createAuthenticator({ platform: keys, tenants: new Map(), directory, clock, log });
  return {
    io,
    settings: {
      tenant,
      rateLimit: settings.rateLimit,
      rateWindowMs: settings.rateWindow,
      lateAuthentication: typeof settings.lateAuthentication === "number",
      authenticationTimeoutMs: settings.lateAuthentication || AUTHENTICATION_TIMEOUT_MS,
      healthyLoopLagMs: settings.healthyLoopLag,
    },
    authenticator: settings.authenticator ?? own,
    openHub: () => openHub(settings, { authenticator: own, directory, clock, log }),
    usesRedis: settings.redis !== undefined,
    authorize: settings.authorize,
    clock,
    ids: randomIds,
    log,
    mount,
    async unmount() {
      await unmount();
      wheel.stop();
    },
    isListening: () => httpServer.listening,
  };
}

type Surroundings = Pick<HubOptions, "authenticator" | "directory"> & { readonly clock: Clock; readonly log: Log };

/** A hub in this process, over Redis when there is one. */
async function openHub({ redis, redisPrefix }: Settled, surroundings: Surroundings): Promise<Hub> {
  const { config } = parseConfig({});
  const common = { clock: surroundings.clock, ids: randomIds, log: surroundings.log };
  const settings = { ...toHubSettings(config, version), pingIntervalMs: 0 };
  if (!redis) return createHub({ settings, engine: createMemoryEngine(common), ...surroundings, ids: randomIds });
  const { createRedisEngine, createRedisLink } = await import("./engines/redis/index.ts");
  const { connect_timeout: connectTimeoutMs, io_timeout: commandTimeoutMs } = config.engine.redis;
  const link = createRedisLink({ servers: [redis], connectTimeoutMs, commandTimeoutMs }, common);
  const engine = createRedisEngine({ link, prefix: redisPrefix, ...common });
  return createHub({ settings, engine, ...surroundings, ids: randomIds });
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** False when the request is for somebody else. */
function answerHttp(
  service: SocketService,
  { httpPrefix, adminKey }: Settled,
  { request, response }: Exchange,
): boolean {
  if (httpPrefix === undefined || request.method !== "GET") return false;
  const [path] = (request.url ?? "").split("?", 1);
  if (path === `${httpPrefix}/health`) {
    const health = service.healthCheck();
    answerJson(response, health.healthy ? 200 : 503, health);
  } else if (path === `${httpPrefix}/stats`) {
    const isAllowed = adminKey !== undefined && isSame(request.headers.authorization ?? "", `Bearer ${adminKey}`);
    if (isAllowed) answerJson(response, 200, service.getStats());
    else answerJson(response, 401, { error: "an admin key is needed" });
  } else {
    return false;
  }
  return true;
}

function answerJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}

/** In constant time for texts of equal length. */
function isSame(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}

type Message = readonly [event: string, data: unknown];

/** To all connections of a user; true when the user is known to be connected. */
export const emitToUser = (service: SocketService, userId: string, ...[event, data]: Message): boolean =>
  service.sendToUser(userId, event, data);

/** To everybody in a room; true when it was accepted. */
export const emitToRoom = (service: SocketService, roomId: string, ...[event, data]: Message): boolean =>
  service.sendToRoom(roomId, event, data);

/** To all connections; true when it was accepted. */
export function broadcast(service: SocketService, ...[event, data]: Message): boolean {
  const { errors } = service.stats;
  service.broadcast(event, data);
  return service.stats.errors === errors;
}
