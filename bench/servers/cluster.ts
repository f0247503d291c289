import {
  type RedisServer,
  startRedisServer,
} from "../../packages/server/src/engines/redis/processes/redis-server.fixture.ts";
import { type HubConfiguration, hubConfiguration, launchHub } from "./hub.ts";
import type { RunningServer } from "./target.ts";

export interface ClusterOptions {
  readonly nodes: number;
  /** Whether all nodes share the server's core; else they run wherever there is room. */
  readonly pinned: boolean;
  adapt?(configuration: HubConfiguration): object;
}

/** Nodes over one Redis without persistence. None of these processes outlives this one. */
export interface Cluster {
  readonly redis: RedisServer;
  readonly nodes: readonly RunningServer[];
  /** Adds nodes until there are that many. */
  grow(nodes: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { pinned, adapt = (configuration) => configuration } = options;
  const redis = await startRedisServer();
  const nodes: RunningServer[] = [];
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await redis.stop();
  };
  const startNode = () =>
    launchHub({
      runtime: "bun",
      pinned,
      configure: (settings) => ({
        ...adapt(hubConfiguration(settings)),
        engine: { type: "redis", redis: { address: redis.url } },
      }),
    });
  const grow = async (count: number) => {
    // One after the other: with several at once each would be late for its own heartbeat.
    while (nodes.length < count) nodes.push(await startNode());
  };
  try {
    await grow(options.nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  return { redis, nodes, grow, stop };
}
