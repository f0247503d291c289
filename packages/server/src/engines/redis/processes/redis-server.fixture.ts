import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { type Certificates, makeCertificates } from "./certificates.fixture.ts";
import { onFreePorts } from "./free-port.fixture.ts";
import { type GuardedProcess, startGuardedProcess } from "./guarded-process.fixture.ts";

export interface RedisServerOptions {
  /** Of the user `default`. */
  readonly password?: string;
  /** Further users, as `ACL SETUSER` takes them: `ana on >secret ~* &* +@all`. */
  readonly users?: readonly string[];
  /** Listens with TLS only, with an authority of its own. The unix socket stays plain. */
  readonly tls?: boolean;
  /** Absent: nothing is written to disk. */
  readonly appendfsync?: "always" | "everysec" | "no";
  /** As `maxmemory` takes it, `20mb`; evicts by `maxmemoryPolicy`, or not at all. */
  readonly maxmemory?: string;
  readonly maxmemoryPolicy?: string;
  /** Further lines of the configuration, as arguments: `["--client-output-buffer-limit", "pubsub 1mb 1mb 1"]`. */
  readonly config?: readonly string[];
  /** Called before the first start. */
  readonly prepare?: (folder: string) => Promise<void>;
  /** Absent: a free one. */
  readonly port?: number;
}

/** A `redis-server` on a free port of 127.0.0.1 and a unix socket, with a folder of its own. */
export interface RedisServer {
  readonly host: string;
  readonly port: number;
  readonly socket: string;
  /** `redis://` or `rediss://`, without a password. */
  readonly url: string;
  readonly folder: string;
  readonly certificates: Certificates | undefined;
  readonly password: string | undefined;
  readonly pid: number;
  /** One command on a connection of its own, as user `default`. */
  call(command: string, ...args: (string | number)[]): Promise<unknown>;
  /** The next, or an earlier, line of its log since the last start. */
  line(pattern: RegExp): Promise<string>;
  output(): string;
  /** SIGSTOP: connections stay, nothing answers. */
  pause(): void;
  resume(): void;
  /** SIGKILL. Port and folder stay. */
  kill(): Promise<void>;
  /** Starts again with the same port and folder; ends it first, kindly, when it runs. */
  restart(): Promise<void>;
  /** Ends it and removes the folder. */
  stop(): Promise<void>;
}

export interface RedisAddress {
  /** Of a unix socket. */
  readonly path?: string;
  readonly host?: string;
  readonly port?: number;
  readonly password?: string;
}

const HOST = "127.0.0.1";
const READY = /Ready to accept connections/;

/** Whatever starts with a folder, and removes it again when it could not start. */
export async function inFolder<T>(start: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "redis-"));
  try {
    return await start(folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** One command on a connection of its own, given up after five seconds. */
export async function callRedis(
  at: RedisAddress,
  command: string,
  args: readonly (string | number)[],
): Promise<unknown> {
  const limits = { connectTimeout: 5_000, commandTimeout: 5_000, maxRetriesPerRequest: 0, enableReadyCheck: false };
  const redis = new Redis({ ...at, ...limits, lazyConnect: true, retryStrategy: () => null });
  let cause: Error | undefined;
  redis.on("error", (error) => {
    cause = error;
  });
  try {
    await redis.connect();
    return await redis.call(command, ...args);
  } catch (error) {
    throw cause ?? error;
  } finally {
    redis.disconnect();
  }
}

export async function startRedisServer(options: RedisServerOptions = {}): Promise<RedisServer> {
  return inFolder(async (folder) => {
    await options.prepare?.(folder);
    const certificates = options.tls ? await makeCertificates(folder) : undefined;
    const start = ([port = 0]: readonly number[]): Promise<RedisServer> =>
      startInFolder({ folder, port, certificates, options });
    return options.port === undefined ? onFreePorts(1, start) : start([options.port]);
  });
}

interface Place {
  readonly folder: string;
  readonly port: number;
  readonly certificates: Certificates | undefined;
  readonly options: RedisServerOptions;
}

async function startInFolder(place: Place): Promise<RedisServer> {
  const { folder, port, certificates, options } = place;
  const args = serverArguments(place);
  const socket = join(folder, "redis.sock");
  const start = async (): Promise<GuardedProcess> => {
    const started = await startGuardedProcess("redis-server", args, folder);
    try {
      await started.found((lines) => lines.find((line) => READY.test(line)));
      return started;
    } catch (error) {
      await started.end("SIGKILL");
      throw error;
    }
  };
  let running = await start();
  const login = options.password === undefined ? {} : { password: options.password };
  return {
    host: HOST,
    port,
    socket,
    url: `${certificates ? "rediss" : "redis"}://${HOST}:${port}`,
    folder,
    certificates,
    password: options.password,
    get pid() {
      return running.pid;
    },
    call: (command, ...more) => callRedis({ path: socket, ...login }, command, more),
    line: (pattern) => running.found((lines) => lines.find((line) => pattern.test(line))),
    output: () => running.output(),
    pause: () => running.signal("SIGSTOP"),
    resume: () => running.signal("SIGCONT"),
    kill: () => running.end("SIGKILL"),
    async restart() {
      running.signal("SIGCONT");
      await running.end("SIGTERM");
      running = await start();
    },
    async stop() {
      await running.end("SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function serverArguments({ folder, port, certificates, options }: Place): string[] {
  const { password, users = [], appendfsync, maxmemory, maxmemoryPolicy = "noeviction", config = [] } = options;
  const ports = certificates
    ? ["--port", "0", "--tls-port", `${port}`, "--tls-auth-clients", "no"].concat(
        ["--tls-ca-cert-file", certificates.ca],
        ["--tls-cert-file", certificates.cert, "--tls-key-file", certificates.key],
      )
    : ["--port", `${port}`];
  return ["--bind", HOST, ...ports, "--unixsocket", join(folder, "redis.sock"), "--dir", folder, "--save", ""].concat(
    appendfsync ? ["--appendonly", "yes", "--appendfsync", appendfsync] : ["--appendonly", "no"],
    maxmemory ? ["--maxmemory", maxmemory, "--maxmemory-policy", maxmemoryPolicy] : [],
    password === undefined ? [] : ["--requirepass", password],
    users.flatMap((user) => ["--user", ...user.split(" ")]),
    config,
  );
}
