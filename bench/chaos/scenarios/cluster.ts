import type { RedisCluster } from "../../../packages/server/src/engines/redis/processes/redis-cluster.fixture.ts";
import type { Scenario } from "../scenario.ts";
import { onCluster, slotsOfStreams } from "./grounds.ts";

export const cluster: readonly Scenario[] = [
  {
    name: "cluster-killed",
    about: "kill -9 of a master of a Redis Cluster, wait_replicas 1; it returns as a replica",
    keepsAll: true,
    // Two replicas, so that there is one to wait for after the failover too.
    begin: onCluster({ waitReplicas: 1, replicas: 2 }, async ({ pass }, redis) => {
      const slot = await someSlot(redis);
      const master = await redis.owner(slot);
      await master.kill();
      await redis.switched(slot, master);
      await pass(1);
      await master.restart();
    }),
  },
  {
    name: "cluster-failover",
    about: "CLUSTER FAILOVER of a master",
    keepsAll: true,
    begin: onCluster({}, async (_, redis) => void (await redis.failover(await someSlot(redis)))),
  },
  {
    name: "slot-migration",
    about: "slots with streams move to another master of the cluster under load",
    keepsAll: true,
    begin: onCluster({}, async ({ pass }, redis) => {
      for (const slot of await slotsOfStreams(redis)) {
        const owner = await redis.owner(slot);
        const to = await anotherMaster(redis, owner.port);
        const migration = await redis.migrate(slot, to);
        await pass(0.5);
        await migration.moveKeys();
        await pass(0.5);
        await migration.finish();
      }
    }),
  },
];

async function someSlot(redis: RedisCluster): Promise<number> {
  const [slot] = await slotsOfStreams(redis);
  if (slot === undefined) throw new Error("the cluster holds no keys");
  return slot;
}

async function anotherMaster(redis: RedisCluster, port: number): Promise<RedisCluster["servers"][number]> {
  const owners = await Promise.all([0, 8_000, 16_000].map((slot) => redis.owner(slot)));
  const found = owners.find((owner) => owner.port !== port);
  if (!found) throw new Error("the cluster has one master only");
  return found;
}
