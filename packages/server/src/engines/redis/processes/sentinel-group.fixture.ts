import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onFreePorts } from "./free-port.fixture.ts";
import { type GuardedProcess, startGuardedProcess } from "./guarded-process.fixture.ts";
import { callRedis, inFolder, type RedisServer, startRedisServer } from "./redis-server.fixture.ts";

export interface SentinelGroupOptions {
  /** One unless told. */
  readonly replicas?: number;
  /** Of Redis, of its users `default`. */
  readonly password?: string;
  readonly sentinelPassword?: string;
  readonly appendfsync?: "always" | "everysec" | "no";
  /** Silence after which a sentinel takes the master for dead; a second unless told. */
  readonly downAfterMs?: number;
  /** Further configuration of each server. */
  readonly config?: readonly string[];
}

/** A master, its replicas and three sentinels that agree about them. */
export interface SentinelGroup {
  readonly masterName: string;
  /** `127.0.0.1:26379`, … */
  readonly sentinels: readonly string[];
  /** The first was the master at the start. */
  readonly servers: readonly RedisServer[];
  /** As the sentinels see it now. */
  master(): Promise<RedisServer>;
  /** Resolves when the sentinels have made another server than `before` the master. */
  switched(before: RedisServer): Promise<RedisServer>;
  /** A planned switch, resolved when it is done. */
  failover(): Promise<RedisServer>;
  stop(): Promise<void>;
}

const MASTER_NAME = "altavoz";
const SENTINELS = 3;
const QUORUM = 2;

export async function startSentinelGroup(options: SentinelGroupOptions = {}): Promise<SentinelGroup> {
  const servers = await startServers(options);
  const [first] = servers;
  if (!first) throw new Error("no master");
  const sentinels = await startSentinels(first, options);
  await Promise.all(sentinels.map((sentinel) => knowsAll(sentinel, servers.length - 1)));
  const ask = (command: string, ...args: string[]): Promise<unknown> => {
    const [{ port } = { port: 0 }] = sentinels;
    const login = options.sentinelPassword === undefined ? {} : { password: options.sentinelPassword };
    return callRedis({ host: first.host, port, ...login }, "SENTINEL", [command, MASTER_NAME, ...args]);
  };
  const serverAt = (port: number): RedisServer => {
    const found = servers.find((server) => server.port === port);
    if (!found) throw new Error(`no server at port ${port}`);
    return found;
  };
  const switched = async (before: RedisServer): Promise<RedisServer> => {
    const elsewhere = (lines: readonly string[]): number | undefined => {
      const port = lines
        .findLast((line) => line.includes("+switch-master"))
        ?.trim()
        .split(" ")
        .at(-1);
      return port === undefined || Number(port) === before.port ? undefined : Number(port);
    };
    const [port = 0] = await Promise.all(sentinels.map(({ process }) => process.found(elsewhere)));
    return serverAt(port);
  };
  const master = async (): Promise<RedisServer> =>
    serverAt(Number(((await ask("GET-MASTER-ADDR-BY-NAME")) as readonly string[])[1]));
  return {
    masterName: MASTER_NAME,
    sentinels: sentinels.map(({ port }) => `${first.host}:${port}`),
    servers,
    master,
    switched,
    async failover() {
      const before = await master();
      await ask("FAILOVER");
      return switched(before);
    },
    async stop() {
      await Promise.all([...sentinels, ...servers].map((each) => each.stop()));
    },
  };
}

async function startServers({ replicas = 1, password, ...options }: SentinelGroupOptions): Promise<RedisServer[]> {
  const { appendfsync, config = [] } = options;
  const login = password === undefined ? [] : ["--masterauth", password];
  // A fork with a disk file takes seconds to be announced; over the socket a replica is there at once.
  const quick = ["--repl-diskless-sync-delay", "0"];
  const start = (master?: RedisServer): Promise<RedisServer> =>
    startRedisServer({
      ...(password === undefined ? {} : { password }),
      ...(appendfsync ? { appendfsync } : {}),
      config: [...quick, ...login, ...(master ? ["--replicaof", `${master.host} ${master.port}`] : []), ...config],
    });
  const master = await start();
  const followers = await Promise.all(Array.from({ length: replicas }, () => start(master)));
  await Promise.all(followers.map((server) => server.line(/MASTER <-> REPLICA sync: Finished with success/)));
  return [master, ...followers];
}

interface Sentinel {
  readonly port: number;
  readonly process: GuardedProcess;
  stop(): Promise<void>;
}

function startSentinels(master: RedisServer, options: SentinelGroupOptions): Promise<Sentinel[]> {
  return Promise.all(
    Array.from({ length: SENTINELS }, () => onFreePorts(1, ([port = 0]) => startSentinel(master, port, options))),
  );
}

function startSentinel(master: RedisServer, port: number, options: SentinelGroupOptions): Promise<Sentinel> {
  const { password, sentinelPassword, downAfterMs = 1_000 } = options;
  return inFolder(async (folder) => {
    const lines = [
      `port ${port}`,
      `bind ${master.host}`,
      `dir ${folder}`,
      `sentinel monitor ${MASTER_NAME} ${master.host} ${master.port} ${QUORUM}`,
      `sentinel down-after-milliseconds ${MASTER_NAME} ${downAfterMs}`,
      `sentinel failover-timeout ${MASTER_NAME} 2000`,
      ...(password === undefined ? [] : [`sentinel auth-pass ${MASTER_NAME} ${password}`]),
      ...(sentinelPassword === undefined
        ? []
        : [`requirepass ${sentinelPassword}`, `sentinel sentinel-pass ${sentinelPassword}`]),
    ];
    const file = join(folder, "sentinel.conf");
    await writeFile(file, lines.join("\n"));
    const process = await startGuardedProcess("redis-sentinel", [file], folder);
    await process.found((lines) => lines.find((line) => line.includes("+monitor master")));
    return {
      port,
      process,
      async stop() {
        await process.end("SIGKILL");
        await rm(folder, { recursive: true, force: true });
      },
    };
  });
}

/** A sentinel that has not met the others cannot vote, one that has not met the replicas has nobody to promote. */
async function knowsAll({ process }: Sentinel, replicas: number): Promise<void> {
  const count = (lines: readonly string[], event: string): number =>
    lines.filter((line) => line.includes(event)).length;
  await process.found(
    (lines) => (count(lines, " +sentinel ") >= SENTINELS - 1 && count(lines, " +slave ") >= replicas) || undefined,
  );
}
