import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { onFreePorts } from "./free-port.fixture.ts";
import { type RedisServer, startRedisServer } from "./redis-server.fixture.ts";

export interface RedisClusterOptions {
  /** Of each master; one unless told. */
  readonly replicas?: number;
  readonly password?: string;
  readonly appendfsync?: "always" | "everysec" | "no";
  /** Silence after which a node is taken for dead; a second unless told. */
  readonly nodeTimeoutMs?: number;
  readonly config?: readonly string[];
}

/** A slot on its way from one master to another. Clients are sent there by ASK for what has gone already. */
export interface SlotMigration {
  moveKeys(): Promise<void>;
  /** Moves the rest of the keys and makes the new owner known: clients are sent there by MOVED. */
  finish(): Promise<void>;
}

/** Three masters with a third of the slots each, and their replicas; it serves. */
export interface RedisCluster {
  /** `127.0.0.1:7000`, … of all. */
  readonly addresses: readonly string[];
  readonly servers: readonly RedisServer[];
  /** Who has this slot now, as the servers that answer see it. */
  owner(slot: number): Promise<RedisServer>;
  /** A replica of it that answers. */
  replicaOf(master: RedisServer): Promise<RedisServer>;
  slotOf(key: string): Promise<number>;
  migrate(slot: number, to: RedisServer): Promise<SlotMigration>;
  /** A planned one: resolves with the new owner of the slot when all servers know it. */
  failover(slot: number): Promise<RedisServer>;
  /** Resolves with the new owner when another than `before` has the slot in the eyes of all that answer. */
  switched(slot: number, before: RedisServer): Promise<RedisServer>;
  stop(): Promise<void>;
}

const MASTERS = 3;
const SLOTS = 16_384;
const LOOK_AGAIN_MS = 20;
/** Who takes longer than this is asked the next time. */
const ANSWER_MS = 500;

export async function startRedisCluster(options: RedisClusterOptions = {}): Promise<RedisCluster> {
  const { replicas = 1 } = options;
  const count = MASTERS * (1 + replicas);
  const servers = await onFreePorts(2 * count, (ports) => startServers(planOf(ports), options));
  const cluster = clusterOf(servers);
  await until(async () => {
    for (const server of servers) {
      const state = String(await server.call("CLUSTER", "INFO"));
      if (!state.includes("cluster_state:ok") || !state.includes(`cluster_known_nodes:${count}`)) return undefined;
      const replication = String(await server.call("INFO", "replication"));
      if (!/role:master\r\nconnected_slaves:[1-9]|master_link_status:up/.test(replication) && replicas > 0)
        return undefined;
    }
    return true;
  });
  return cluster;
}

interface PlannedNode {
  readonly id: string;
  readonly port: number;
  readonly busPort: number;
  /** Index of its master; absent: it is one. */
  readonly master?: number;
}

function planOf(ports: readonly number[]): PlannedNode[] {
  const count = ports.length / 2;
  return ports.slice(0, count).map((port, index) => ({
    id: randomBytes(20).toString("hex"),
    port,
    busPort: ports[count + index] ?? 0,
    ...(index < MASTERS ? {} : { master: index % MASTERS }),
  }));
}

/** Each starts with the whole cluster written down, as if it had been there before: faster and surer than introductions. */
async function startServers(plan: readonly PlannedNode[], options: RedisClusterOptions): Promise<RedisServer[]> {
  const { password, appendfsync, nodeTimeoutMs = 1_000, config = [] } = options;
  const starting = plan.map((node) =>
    startRedisServer({
      port: node.port,
      ...(password === undefined ? {} : { password }),
      ...(appendfsync ? { appendfsync } : {}),
      prepare: (folder) => writeFile(join(folder, "nodes.conf"), nodesFile(plan, node)),
      config: [
        "--cluster-enabled",
        "yes",
        "--cluster-config-file",
        "nodes.conf",
        "--cluster-port",
        `${node.busPort}`,
      ].concat(
        ["--cluster-node-timeout", `${nodeTimeoutMs}`, "--repl-diskless-sync-delay", "0"],
        password === undefined ? [] : ["--masterauth", password],
        config,
      ),
    }),
  );
  const started = await Promise.allSettled(starting);
  const failed = started.find((each) => each.status === "rejected");
  const servers = started.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  if (!failed) return servers;
  await Promise.all(servers.map((server) => server.stop()));
  throw failed.reason;
}

function nodesFile(plan: readonly PlannedNode[], self: PlannedNode): string {
  const third = Math.ceil(SLOTS / MASTERS);
  const lines = plan.map((node, index) => {
    const mine = node === self ? "myself," : "";
    const master = node.master === undefined ? undefined : plan[node.master];
    const role = master ? `slave ${master.id}` : "master -";
    const slots = master ? "" : ` ${index * third}-${Math.min(SLOTS, (index + 1) * third) - 1}`;
    const epoch = (node.master ?? index) + 1;
    return `${node.id} 127.0.0.1:${node.port}@${node.busPort} ${mine}${role} 0 0 ${epoch} connected${slots}`;
  });
  return `${lines.join("\n")}\nvars currentEpoch ${MASTERS} lastVoteEpoch 0\n`;
}

function clusterOf(servers: readonly RedisServer[]): RedisCluster {
  const at = (port: number): RedisServer => {
    const found = servers.find((server) => server.port === port);
    if (!found) throw new Error(`no server at port ${port}`);
    return found;
  };
  const slotOf = async (key: string): Promise<number> => Number(await anyone(servers, "CLUSTER", "KEYSLOT", key));
  const ownersOf = async (slot: number): Promise<ReadonlySet<number>> => {
    const views = servers.map((server) => Promise.race([server.call("CLUSTER", "SLOTS"), pause(ANSWER_MS)]));
    const answers = await Promise.allSettled(views);
    return new Set(answers.flatMap((view) => (view.status === "fulfilled" ? ownerIn(view.value, slot) : [])));
  };
  const agreed = (slot: number, accepts: (server: RedisServer) => boolean): Promise<RedisServer> =>
    until(async () => {
      const [port, ...others] = await ownersOf(slot);
      return port !== undefined && others.length === 0 && accepts(at(port)) ? at(port) : undefined;
    });
  const owner = (slot: number): Promise<RedisServer> => agreed(slot, () => true);
  const switched = (slot: number, before: RedisServer): Promise<RedisServer> =>
    agreed(slot, (server) => server !== before);
  const replicaOf = async (master: RedisServer): Promise<RedisServer> => {
    const id = String(await master.call("CLUSTER", "MYID"));
    const lines = (await master.call("CLUSTER", "REPLICAS", id)) as readonly string[];
    const line = lines.find((each) => !each.includes("fail"));
    if (line === undefined) throw new Error(`no replica of ${master.port} lives`);
    return at(Number(/:(\d+)@/.exec(line)?.[1]));
  };
  return {
    addresses: servers.map(({ host, port }) => `${host}:${port}`),
    servers,
    owner,
    replicaOf,
    slotOf,
    migrate: async (slot, to) => migrate({ slot, from: await owner(slot), to, servers }),
    async failover(slot) {
      const before = await owner(slot);
      await (await replicaOf(before)).call("CLUSTER", "FAILOVER");
      return switched(slot, before);
    },
    switched,
    async stop() {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

type SlotRange = readonly [from: number, to: number, master: readonly [host: string, port: number, ...unknown[]]];

function ownerIn(view: unknown, slot: number): number[] {
  const range = (view as readonly SlotRange[] | undefined)?.find(([from, to]) => from <= slot && slot <= to);
  return range ? [range[2][1]] : [];
}

interface Migration {
  readonly slot: number;
  readonly from: RedisServer;
  readonly to: RedisServer;
  readonly servers: readonly RedisServer[];
}

async function migrate({ slot, from, to, servers }: Migration): Promise<SlotMigration> {
  const [source, target] = [String(await from.call("CLUSTER", "MYID")), String(await to.call("CLUSTER", "MYID"))];
  await to.call("CLUSTER", "SETSLOT", slot, "IMPORTING", source);
  await from.call("CLUSTER", "SETSLOT", slot, "MIGRATING", target);
  const moveKeys = async (): Promise<void> => {
    for (;;) {
      const keys = (await from.call("CLUSTER", "GETKEYSINSLOT", slot, 100)) as string[];
      if (keys.length === 0) return;
      const login = from.password === undefined ? [] : ["AUTH", from.password];
      await from.call("MIGRATE", to.host, to.port, "", 0, 5_000, ...login, "KEYS", ...keys);
    }
  };
  return {
    moveKeys,
    async finish() {
      await moveKeys();
      const others = servers.filter((server) => server !== from && server !== to);
      for (const server of [to, from]) await server.call("CLUSTER", "SETSLOT", slot, "NODE", target);
      // Replicas refuse it, and hear of it from their masters.
      await Promise.allSettled(others.map((server) => server.call("CLUSTER", "SETSLOT", slot, "NODE", target)));
    },
  };
}

async function anyone(servers: readonly RedisServer[], command: string, ...args: string[]): Promise<unknown> {
  return Promise.any(servers.map((server) => server.call(command, ...args)));
}

/** A cluster tells nobody when it is ready, so it is asked again and again. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await pause(LOOK_AGAIN_MS);
  }
}
