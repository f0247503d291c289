import {
  type RedisCluster,
  type RedisClusterOptions,
  startRedisCluster,
} from "../../../packages/server/src/engines/redis/processes/redis-cluster.fixture.ts";
import {
  type RedisServer,
  type RedisServerOptions,
  startRedisServer,
} from "../../../packages/server/src/engines/redis/processes/redis-server.fixture.ts";
import {
  type SentinelGroup,
  type SentinelGroupOptions,
  startSentinelGroup,
} from "../../../packages/server/src/engines/redis/processes/sentinel-group.fixture.ts";
import type { Ground, Stage } from "../scenario.ts";
import { createTcpProxy, type TcpProxy } from "../tcp-proxy.ts";

type Begin = () => Promise<Ground>;
type Strike<T> = (stage: Stage, target: T) => Promise<void>;

/** Configuration of a node with the Redis engine. */
export const onEngine = (redis: Readonly<Record<string, unknown>>): { readonly engine: object } => ({
  engine: { type: "redis", redis },
});

/** All nodes on one Redis. */
export const onRedis =
  (options: RedisServerOptions, strike: Strike<RedisServer>): Begin =>
  async () => {
    const redis = await startRedisServer(options);
    const login = options.password === undefined ? {} : { password: options.password };
    return {
      config: () => onEngine({ address: redis.url, ...login }),
      strike: (stage) => strike(stage, redis),
      stop: () => redis.stop(),
    };
  };

export interface Lines {
  readonly redis: RedisServer;
  /** The way of each node to Redis. */
  readonly proxies: readonly TcpProxy[];
}

/** All nodes on one Redis, each over a line of its own. */
export const onLines =
  (options: RedisServerOptions, strike: Strike<Lines>): Begin =>
  async () => {
    const redis = await startRedisServer(options);
    const proxies = await Promise.all([0, 1, 2].map(() => createTcpProxy({ targets: () => [redis] })));
    return {
      nodes: proxies.length,
      config: (node) => onEngine({ address: `redis://127.0.0.1:${proxies[node]?.port}` }),
      strike: (stage) => strike(stage, { redis, proxies }),
      async stop() {
        await Promise.all(proxies.map((proxy) => proxy.close()));
        await redis.stop();
      },
    };
  };

export interface Replicated {
  /** Replicas that have a publication before it is acknowledged. */
  readonly waitReplicas?: number;
}

/** All nodes on a master and its replicas that sentinels watch. */
export const onSentinel =
  ({ waitReplicas = 0, ...options }: SentinelGroupOptions & Replicated, strike: Strike<SentinelGroup>): Begin =>
  async () => {
    const group = await startSentinelGroup(options);
    const address = { sentinel_address: group.sentinels.join(","), sentinel_master_name: group.masterName };
    return {
      config: () => onEngine({ ...address, wait_replicas: waitReplicas }),
      strike: (stage) => strike(stage, group),
      stop: () => group.stop(),
    };
  };

/** All nodes on a Redis Cluster of three masters with a replica each. */
export const onCluster =
  ({ waitReplicas = 0, ...options }: RedisClusterOptions & Replicated, strike: Strike<RedisCluster>): Begin =>
  async () => {
    const cluster = await startRedisCluster(options);
    return {
      config: () => onEngine({ cluster_address: cluster.addresses.join(","), wait_replicas: waitReplicas }),
      strike: (stage) => strike(stage, cluster),
      stop: () => cluster.stop(),
    };
  };

/** Slots of the cluster that hold streams now. */
export async function slotsOfStreams(cluster: RedisCluster): Promise<readonly number[]> {
  const answers = await Promise.all(cluster.servers.map((server) => server.call("KEYS", "*:stream:*")));
  const keys = new Set((answers as readonly (readonly string[])[]).flat());
  const slots = await Promise.all([...keys].map((key) => cluster.slotOf(key)));
  return [...new Set(slots)].sort((a, b) => a - b);
}
