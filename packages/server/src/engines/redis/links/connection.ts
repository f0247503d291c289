import { Redis, type RedisOptions } from "ioredis";
import type { Clock } from "../../../kit/clock.ts";
import type { Ids } from "../../../kit/ids.ts";
import type { Log } from "../../../kit/log.ts";

/** Where Redis is and as whom: address, unix socket, TLS, credentials, Sentinel. What is not here is not a choice. */
export type RedisServerOptions = Pick<
  RedisOptions,
  | "host"
  | "port"
  | "path"
  | "family"
  | "username"
  | "password"
  | "db"
  | "connectionName"
  | "tls"
  | "sentinels"
  | "name"
  | "sentinelUsername"
  | "sentinelPassword"
  | "enableTLSForSentinelMode"
  | "sentinelTLS"
>;

export interface ConnectionOptions {
  /** For people, without credentials. */
  readonly name: string;
  readonly server: RedisServerOptions;
  /** How long a connection may take to come about; 2 s unless told. */
  readonly connectTimeoutMs?: number;
  /** How long an answer may take; 3 s unless told. */
  readonly commandTimeoutMs?: number;
  /** What `Command.replicated` waits for; absent: for nothing. */
  readonly waitReplicas?: { readonly count: number; readonly timeoutMs: number };
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** How long the first connection may take altogether: Redis may be starting beside us. */
const PATIENCE_MS = 8_000;
/** A connection that carries nothing looks the same as one that is cut off: it is asked this often, and must answer. */
const PING_MS = 1_000;
const SILENCE_MS = 4_500;
const SLOWEST_RETRY_MS = 1_000;
const AGAIN_MS = 100;

const REFUSED_CREDENTIALS = /^(WRONGPASS|NOAUTH|ERR (invalid password|AUTH|Client sent AUTH))/;
const MISSING_RIGHT = /^NOPERM/;
const REFUSED_CERTIFICATE = /certificate/i;

/** Replies in the shapes of old, in which bytes stay bytes. */
type ClientOptions = Omit<RedisOptions, "replyMapping"> & { replyMapping: "legacy" };

const SENTINEL_OPTIONS = {
  failoverDetector: true,
  sentinelReconnectStrategy: () => SLOWEST_RETRY_MS,
  // A sentinel that accepts connections and says nothing must not be waited for for ever.
  sentinelCommandTimeout: 1_000,
} as const;

/** The settings that make the client ours: it queues nothing, sends nothing twice and notices silence. */
export function clientOptions(options: ConnectionOptions): ClientOptions {
  const { server, ids, connectTimeoutMs = 2_000, commandTimeoutMs = 3_000 } = options;
  return {
    ...server,
    replyMapping: "legacy",
    lazyConnect: true,
    connectionName: "altavoz",
    enableOfflineQueue: false,
    // Without the zero, what was sent and not answered would wait for ever.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    connectTimeout: connectTimeoutMs,
    commandTimeout: commandTimeoutMs,
    socketTimeout: Math.max(SILENCE_MS, commandTimeoutMs + PING_MS),
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 10), SLOWEST_RETRY_MS) * (0.5 + ids.fraction()),
    // A master that became a replica: look for the new one. Sending again is left to the caller.
    reconnectOnError: (error) => (error.message.startsWith("READONLY") ? 1 : false),
    ...(server.sentinels ? SENTINEL_OPTIONS : {}),
  };
}

export interface ConnectionEvents {
  /** Connected; nothing else is sent before it resolves, and a rejection ends the connection. */
  greet(redis: Redis): Promise<void>;
  /** Every time the greeting is over. */
  up(): void;
  down(): void;
}

/** One connection that comes back by itself and is asked for a sign of life. */
export class Connection {
  readonly redis: Redis;
  /** Whether it is connected and greeted. */
  isUp = false;
  readonly #options: ConnectionOptions;
  readonly #events: ConnectionEvents;
  #cause: Error | undefined;
  #stopped = false;
  #endPing = (): void => {};
  #opened = (): void => {};
  #failed: (reason: Error) => void = () => {};

  constructor(options: ConnectionOptions, events: ConnectionEvents) {
    this.#options = options;
    this.#events = events;
    this.redis = new Redis(clientOptions(options));
    this.redis.on("error", (error: Error) => this.#note(error));
    this.redis.on("ready", () => void this.#greet());
    this.redis.on("close", () => this.#down());
    this.redis.on("end", () => this.#again());
  }

  /** Resolves when it is up for the first time; rejects with the reason at once where waiting would not help. */
  open(): Promise<void> {
    const { clock, name } = this.#options;
    return new Promise((resolve, reject) => {
      const cancel = clock.after(PATIENCE_MS, () => this.#failed(this.#cause ?? new Error("no answer")));
      this.#failed = (reason) => {
        cancel();
        this.close();
        reject(new Error(`Redis at ${name}: ${reason.message}${adviceOn(reason)}`, { cause: reason }));
      };
      this.#opened = () => {
        cancel();
        this.#failed = () => {};
        resolve();
      };
      this.#endPing = clock.every(PING_MS, () => this.#ping());
      this.#connect();
    });
  }

  /** Drops the connection because what it holds is in doubt; a new one follows. */
  renew(reason: Error): void {
    this.#note(reason);
    this.redis.disconnect(true);
  }

  close(): void {
    this.#stopped = true;
    this.#endPing();
    this.redis.disconnect();
    this.#down();
  }

  #connect(): void {
    // What goes wrong arrives as an event, with its reason.
    this.redis.connect().catch(() => {});
  }

  /** The client gives up for good when it hears of a failover while it asks a sentinel for the master. We do not. */
  #again(): void {
    if (this.#stopped) return;
    this.#options.clock.after(AGAIN_MS, () => {
      if (!this.#stopped && this.redis.status === "end") this.#connect();
    });
  }

  async #greet(): Promise<void> {
    const { stream } = this.redis;
    try {
      await this.#events.greet(this.redis);
    } catch (error) {
      if (stream === this.redis.stream && !this.#stopped) this.renew(error as Error);
      return;
    }
    if (stream !== this.redis.stream || this.redis.status !== "ready" || this.#stopped) return;
    if (this.#cause) this.#options.log.info("Redis is back", { redis: this.#options.name });
    this.#cause = undefined;
    this.isUp = true;
    this.#events.up();
    this.#opened();
  }

  #down(): void {
    if (!this.isUp) return;
    this.isUp = false;
    if (!this.#stopped) this.#note(new Error("the connection ended"));
    this.#events.down();
  }

  #note(error: Error): void {
    const { log, name } = this.#options;
    const known = this.#cause?.message === error.message;
    this.#cause = error;
    if (!known && !this.#stopped) log.warn("Redis is away", { redis: name, reason: error.message + adviceOn(error) });
    if (adviceOn(error) !== "") this.#failed(error);
  }

  #ping(): void {
    if (this.isUp) this.redis.ping().catch(() => {});
  }
}

/** Which process of Redis a connection leads to: a new one after every start. */
export async function runIdOf(redis: Redis): Promise<string> {
  const runId = /^run_id:(\w+)/m.exec(await redis.info("server"))?.[1];
  if (!runId) throw new Error("INFO server does not tell the run_id");
  return runId;
}

function adviceOn({ message }: Error): string {
  if (REFUSED_CREDENTIALS.test(message)) return " (check engine.redis.user and engine.redis.password)";
  if (REFUSED_CERTIFICATE.test(message)) return " (check engine.redis.tls)";
  if (MISSING_RIGHT.test(message)) return " (the user of engine.redis.user needs more rights)";
  return "";
}
