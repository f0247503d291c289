import { after, before } from "node:test";
import { systemClock } from "../../kit/clock.ts";
import { randomIds } from "../../kit/ids.ts";
import { silentLog } from "../../kit/log.ts";
import { engineContract } from "../engine.contract.ts";
import { createRedisEngine } from "./engine.ts";
import { createClusterLink } from "./links/cluster.ts";
import { type RedisCluster, startRedisCluster } from "./processes/redis-cluster.fixture.ts";
import { createTimeTravel, type TimeTravel } from "./time-travel.fixture.ts";

let redis: RedisCluster;
let times: readonly TimeTravel[];

before(async () => {
  redis = await startRedisCluster();
  times = redis.servers.slice(0, 3).map(createTimeTravel);
});
after(async () => {
  for (const time of times) time.close();
  await redis.stop();
});

engineContract("redis, Cluster", {
  async cluster() {
    const prefix = randomIds.letters(12);
    const surroundings = { clock: systemClock, ids: randomIds, log: silentLog };
    const seeds = redis.servers.slice(0, 2).map(({ host, port }) => ({ host, port }));
    return {
      engine() {
        const link = createClusterLink({ name: "the test's", seeds, server: {}, partitions: 16, ...surroundings });
        return createRedisEngine({ link, prefix, ...surroundings });
      },
      async advance(ms) {
        for (const time of times) await time.advance(prefix, ms);
      },
      async interrupt() {
        for (const server of redis.servers) await server.call("CLIENT", "KILL", "TYPE", "pubsub");
      },
      close: async () => {},
    };
  },
});
