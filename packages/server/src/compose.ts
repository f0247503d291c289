import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { createLiveRoutes } from "./admin/live.ts";
import { createApi } from "./api/index.ts";
import { createApiKeys, createAuthenticator, mintConnectionToken } from "./auth/index.ts";
import type { Config } from "./config/schema.ts";
import {
  type CentrifugoDoorOptions,
  createCentrifugoDoor,
  type StreamOptions,
  type WebSocketOptions,
} from "./doors/centrifugo/index.ts";
import { createPlainDoor, type PlainDoorOptions } from "./doors/plain/index.ts";
import type { SocketIoDoorOptions } from "./doors/socketio/index.ts";
import { openEndpoints, type Routes, urlOf, watchCertificates } from "./endpoints.ts";
import { createMemoryEngine, createMemoryRevocations, createMemorySchemaStore } from "./engines/memory/index.ts";
import {
  createHub,
  type Door,
  type Hub,
  type HubEvent,
  type HubOptions,
  type Listener,
  type Route,
  type SchemaStore,
} from "./hub/index.ts";
import { type Clock, systemClock } from "./kit/clock.ts";
import { randomIds } from "./kit/ids.ts";
import type { Log } from "./kit/log.ts";
import { openFileLimit } from "./kit/open-file-limit.ts";
import { ailmentOf, createHealth, createMetrics, type MetricFamily, type Metrics } from "./observe/index.ts";
import { type ApplicationHandlers, createHandled, createProxies } from "./proxy/index.ts";
import { forwardedHeaders, toProxies } from "./proxy-settings.ts";
import { toRedisLink } from "./redis-settings.ts";
import { composeSchemas } from "./schema-settings.ts";
import { toDirectoryOptions, toFirebase, toHubSettings, toTokenKeys } from "./settings.ts";
import { createDirectory } from "./tenants/directory.ts";
import { version } from "./version.ts";

export interface RunningServer {
  /** Of the public endpoint. */
  readonly url: string;
  readonly hub: Hub;
  /** Figures of this process alone. */
  figures(): readonly MetricFamily[];
  /** Why traffic should not come to this process; `undefined` when it should. */
  ailment(): Promise<string | undefined>;
  /** Tells clients to come back elsewhere, lets running requests finish, and ends what is left. */
  stop(): Promise<void>;
}

/** The processes that share a port with this one, this one included. */
export interface Siblings {
  figures(): Promise<readonly MetricFamily[]>;
  ailment(): Promise<string | undefined>;
}

export interface StartOptions {
  readonly log: Log;
  /** Which listener moves the bytes; absent: that of the runtime. */
  readonly runtime?: "bun" | "node";
  /** What the program around the hub answers itself, before any backend of the configuration is asked. */
  readonly application?: ApplicationHandlers;
  /** Absent: this process has its port for itself. */
  readonly siblings?: Siblings;
}

/** Files and sockets that are not connections: listening sockets, logs, certificates. */
const SPARE_FILES = 100;
/** How long what was said to the last ones may take to leave. */
const FAREWELL_MS = 3_000;

/** Puts a server together from a configuration and starts it. The only place that knows concrete members of a family. */
export async function startServer(config: Config, options: StartOptions): Promise<RunningServer> {
  const { log, siblings } = options;
  const clock = systemClock;
  const hub = await composeHub(config, clock, options);
  const listener = await createListener(config, { clock, ...options });
  const declaredTenants = config.tenants.map((tenant) => tenant.id);
  const metrics = createMetrics({
    hub,
    declaredTenants,
    path: config.prometheus.handler_prefix,
    ...(siblings ? { collect: siblings.figures } : {}),
  });
  hub.listen(metrics.listener);
  await hub.start();
  try {
    const keptHeaders = [...forwardedHeaders(config), ...(options.application?.headers ?? [])];
    const doors = await composeDoors(config, { hub, topics: listener.topics, keptHeaders });
    const routes = await composeRoutes(config, { hub, doors, metrics, log, siblings });
    const opened = await openEndpoints(config, listener, { ...routes, shared: siblings !== undefined });
    const endWatch = watchCertificates(config, opened, { clock, log });
    return {
      url: urlOf(config, opened[0]?.port ?? 0),
      hub,
      figures: metrics.families,
      ailment: () => ailmentOf(hub, log),
      async stop() {
        endWatch();
        metrics.stop();
        await Promise.all([listener.drain(), hub.drain()]);
        await Promise.race([listener.emptied(), new Promise<void>((resolve) => clock.after(FAREWELL_MS, resolve))]);
        await listener.stop();
        await hub.stop();
      },
    };
  } catch (error) {
    await listener.stop();
    await hub.stop();
    throw error;
  }
}

async function composeHub(
  config: Config,
  clock: Clock,
  { log, application: handlers = {} }: StartOptions,
): Promise<Hub> {
  const { client } = config;
  const directory = createDirectory(toDirectoryOptions(config));
  const firebase = toFirebase(client);
  const authenticator = createAuthenticator({
    platform: toTokenKeys(client.token),
    ...(client.subscription_token.enabled ? { platformSubscription: toTokenKeys(client.subscription_token) } : {}),
    ...(firebase ? { firebase } : {}),
    tenants: new Map(config.tenants.map(({ id, token }) => [id, { token: toTokenKeys(token) }])),
    directory,
    clock,
    log,
    insecureSkipTokenSignatureVerify: client.insecure_skip_token_signature_verify,
    disallowAnonymousConnectionTokens: client.disallow_anonymous_connection_tokens,
  });
  const asking = { clock, log, emit: (event: HubEvent): void => hub.emit(event) };
  const proxies = createProxies({ ...toProxies(config), ...asking });
  const { schemaStore, ...engine } = await composeEngine(config, { clock, ids: randomIds, log });
  const hub = createHub({
    settings: toHubSettings(config, version),
    ...engine,
    schemas: await composeSchemas(config, { store: schemaStore, clock, log }),
    authenticator,
    directory,
    application: createHandled(handlers, proxies, asking),
    clock,
    ids: randomIds,
    log,
  });
  return hub;
}

interface Memory extends Required<Pick<HubOptions, "engine" | "revocations">> {
  readonly schemaStore: SchemaStore;
}

/** Where channels live, what is no longer trusted, and what publications have to be. */
async function composeEngine(
  { engine: { type, redis } }: Config,
  surroundings: Pick<HubOptions, "clock" | "ids" | "log">,
): Promise<Memory> {
  const { clock } = surroundings;
  if (type === "memory") {
    return {
      engine: createMemoryEngine(surroundings),
      revocations: createMemoryRevocations({ clock }),
      schemaStore: createMemorySchemaStore(),
    };
  }
  const { createRedisEngine, createRedisLink, createRedisRevocations, createRedisSchemaStore } = await import(
    "./engines/redis/index.ts"
  );
  const link = createRedisLink(toRedisLink(redis), surroundings);
  return {
    engine: createRedisEngine({ link, prefix: redis.prefix, ...surroundings }),
    revocations: createRedisRevocations({ link, prefix: redis.prefix }),
    schemaStore: createRedisSchemaStore({ link, prefix: redis.prefix }),
  };
}

interface ListenerSurroundings extends StartOptions {
  readonly clock: Clock;
}

async function createListener(config: Config, { clock, log, runtime }: ListenerSurroundings): Promise<Listener> {
  const limits = {
    clock,
    log,
    maxBufferedBytes: config.client.queue_max_size,
    maxConnections: Math.max(1, (openFileLimit() ?? Number.MAX_SAFE_INTEGER) - SPARE_FILES),
    trustedProxies: config.http_server.trusted_proxies,
    writeTimeoutMs: longer(config.websocket.write_timeout, config.uni_websocket.write_timeout),
  };
  if (runtime ? runtime === "bun" : process.versions.bun !== undefined) {
    const { createBunListener } = await import("./listeners/bun/index.ts");
    const frames = [config.websocket, config.uni_websocket];
    if (frames.some((section) => section.compression && section.compression_level !== 1)) {
      log.warn("compression_level of WebSockets has no effect: Bun compresses with a level of its own");
    }
    return createBunListener({
      ...limits,
      largestMessageBytes: Math.max(...[...frames, config.socketio].map((section) => section.message_size_limit)),
      compression: frames.some((section) => section.compression),
    });
  }
  const { createNodeListener } = await import("./listeners/node/index.ts");
  return createNodeListener(limits);
}

/** Of two limits, of which 0 is none. */
const longer = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : Math.max(a, b));

type Ground = Pick<CentrifugoDoorOptions, "hub" | "topics" | "keptHeaders">;

async function composeDoors(config: Config, ground: Ground): Promise<readonly Door[]> {
  const doors = [createCentrifugoDoor({ ...ground, ...toCentrifugoOptions(config) })];
  if (config.plain_websocket.enabled) doors.push(createPlainDoor({ ...ground, ...toPlainOptions(config) }));
  if (!config.socketio.enabled) return doors;
  // What nobody asked for costs neither time at the start nor memory.
  const { createSocketIoDoor } = await import("./doors/socketio/index.ts");
  return [...doors, createSocketIoDoor({ ...ground, ...toSocketIoOptions(config) })];
}

function toSocketIoOptions({ client, socketio, http_server: server }: Config): Omit<SocketIoDoorOptions, keyof Ground> {
  return {
    allowedOrigins: client.allowed_origins,
    userIdHeader: client.user_id_http_header,
    path: socketio.handler_prefix,
    transports: socketio.websocket_only ? ["websocket"] : ["polling", "websocket"],
    pingIntervalMs: socketio.ping_interval,
    pingTimeoutMs: socketio.ping_timeout,
    maxHttpBufferSize: socketio.message_size_limit,
    maxQueuedBytes: client.queue_max_size,
    cookie: socketio.cookie,
    secure: server.tls.enabled,
  };
}

function toPlainOptions({ client, plain_websocket: plain }: Config): Omit<PlainDoorOptions, keyof Ground> {
  const { roles, channel, message_rate_limit: framesPerSecond } = plain;
  return {
    allowedOrigins: client.allowed_origins,
    userIdHeader: client.user_id_http_header,
    path: plain.handler_prefix,
    barePaths: plain.bare_paths,
    maxMessageBytes: plain.message_size_limit,
    expiredCloseDelayMs: plain.expired_close_delay,
    userConnectionLimit: plain.user_connection_limit,
    pongTimeoutMs: plain.pong_timeout,
    rules: { roles, channel, framesPerSecond },
  };
}

type CodeToHttp = Config["uni_sse"]["connect_code_to_http_response"];

/** The part of the configuration that says how the Centrifugo door is reached. */
function toCentrifugoOptions(config: Config): Omit<CentrifugoDoorOptions, keyof Ground> {
  const { client, websocket, http_stream: httpStream, sse, emulation, init } = config;
  const { uni_websocket: uniWebsocket, uni_http_stream: uniHttpStream, uni_sse: uniSse } = config;
  const { enabled, transforms } = client.connect_code_to_unidirectional_disconnect;
  const codes = new Map((enabled ? transforms : []).map(({ code, to }) => [code, to] as const));
  return {
    allowedOrigins: client.allowed_origins,
    userIdHeader: client.user_id_http_header,
    concurrency: client.concurrency,
    websocket: websocket.disabled ? undefined : toFrames(websocket),
    httpStream: httpStream.enabled ? toStreams(httpStream) : undefined,
    sse: sse.enabled ? toStreams(sse) : undefined,
    emulation: httpStream.enabled || sse.enabled ? toBodies(emulation) : undefined,
    uniWebsocket: uniWebsocket.enabled
      ? { ...toFrames(uniWebsocket), codes, disableDisconnectPush: uniWebsocket.disable_disconnect_push }
      : undefined,
    uniHttpStream: uniHttpStream.enabled
      ? { ...toStreams(uniHttpStream), codes, httpCodes: toHttpCodes(uniHttpStream.connect_code_to_http_response) }
      : undefined,
    uniSse: uniSse.enabled
      ? { ...toStreams(uniSse), codes, httpCodes: toHttpCodes(uniSse.connect_code_to_http_response) }
      : undefined,
    initPath: init.enabled ? init.handler_prefix : undefined,
  };
}

const toFrames = (section: Config["websocket"] | Config["uni_websocket"]): WebSocketOptions => ({
  path: section.handler_prefix,
  maxMessageBytes: section.message_size_limit,
  compress: section.compression
    ? { minSize: section.compression_min_size, level: section.compression_level }
    : undefined,
});

type Streams = Pick<Config["sse"], "handler_prefix" | "max_request_body_size" | "compression">;

const toStreams = (section: Streams): StreamOptions => ({ ...toBodies(section), compress: section.compression });

const toBodies = (section: Config["emulation"]): { path: string; maxBodyBytes: number } => ({
  path: section.handler_prefix,
  maxBodyBytes: section.max_request_body_size,
});

const toHttpCodes = ({ enabled, transforms }: CodeToHttp): ReadonlyMap<number, { status: number; body: string }> =>
  new Map((enabled ? transforms : []).map(({ code, to }) => [code, { status: to.status_code, body: to.body }]));

interface RouteParts {
  readonly hub: Hub;
  readonly doors: readonly Door[];
  readonly metrics: Metrics;
  readonly log: Log;
  readonly siblings: Siblings | undefined;
}

/** The largest body of an API request; a batch of large publications fits. */
const MAX_API_BODY_BYTES = 10 * 1024 * 1024;

async function composeRoutes(config: Config, { hub, doors, metrics, log, siblings }: RouteParts): Promise<Routes> {
  const { http_api: api, prometheus, health, live } = config;
  const demoKey = randomBytes(24).toString("base64url");
  const external: Route[] = doors.flatMap((door) => door.routes);
  const internal: Route[] = [];
  if (!api.disabled) {
    const ownKeys = config.tenants.map(({ id, api_keys: keys }) => [id, keys] as const);
    const demoKeys = live.enabled ? [{ key: demoKey, name: "live page", scopes: ["publish"] }] : [];
    const tenants = new Map(ownKeys.map(([id, keys]) => [id, id === live.tenant ? [...keys, ...demoKeys] : keys]));
    if (live.enabled && !tenants.has(live.tenant)) tenants.set(live.tenant, demoKeys);
    const keys = createApiKeys({ platform: api.key === "" ? [] : [api.key], tenants });
    const { handler_prefix: prefix, insecure, error_mode: errorMode } = api;
    const { routes } = createApi({
      hub,
      keys,
      prefix,
      insecure,
      errorMode,
      maxBodyBytes: MAX_API_BODY_BYTES,
      log,
      onCall: metrics.apiCall,
    });
    (api.external ? external : internal).push(...routes);
  }
  if (prometheus.enabled) internal.push(...metrics.routes);
  if (health.enabled) {
    const collect = siblings ? { collect: siblings.ailment } : {};
    internal.push(createHealth({ hub, log, path: health.handler_prefix, ...collect }));
  }
  if (live.enabled) external.push(...(await composeLive(config, demoKey)));
  return { external, internal };
}

/** Where `npm run build` puts the live page. */
const PACKAGED_PAGE = fileURLToPath(new URL("./live", import.meta.url));

function composeLive(config: Config, apiKey: string): Promise<Route[]> {
  const { live, tenants, client } = config;
  const own = tenants.find(({ id }) => id === live.tenant)?.token.hmac_secret_key;
  const key = { algorithm: "HS256", key: own || client.token.hmac_secret_key };
  if (key.key === "") throw new Error(`live.enabled needs an HMAC secret: set client.token.hmac_secret_key`);
  return createLiveRoutes({
    assetsDir: live.assets_dir || PACKAGED_PAGE,
    prefix: live.handler_prefix,
    websocketPath: config.websocket.handler_prefix,
    apiPath: config.http_api.handler_prefix,
    tenant: live.tenant,
    otherTenant: live.other_tenant,
    apiKey,
    mintToken: (user) => {
      const expiresAt = Math.floor(systemClock.now() / 1000) + 3_600;
      return mintConnectionToken({ user, tenant: live.tenant, expiresAt }, key);
    },
  });
}
