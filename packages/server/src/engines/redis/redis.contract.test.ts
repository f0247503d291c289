import { after, before, describe } from "node:test";
import { systemClock } from "../../kit/clock.ts";
import { randomIds } from "../../kit/ids.ts";
import { silentLog } from "../../kit/log.ts";
import { engineContract } from "../engine.contract.ts";
import { createRedisEngine, createRedisLink, type RedisLinkOptions } from "./index.ts";
import { startRedisCluster } from "./processes/redis-cluster.fixture.ts";
import { type RedisServer, startRedisServer } from "./processes/redis-server.fixture.ts";
import { startSentinelGroup } from "./processes/sentinel-group.fixture.ts";
import { createTimeTravel, type TimeTravel } from "./time-travel.fixture.ts";

interface Topology {
  /** Those that are written to. */
  readonly masters: readonly RedisServer[];
  readonly link: RedisLinkOptions;
  stop(): Promise<void>;
}

const endpoint = (address: string): { readonly host: string; readonly port: number } => {
  const [host = "", port] = address.split(":");
  return { host, port: Number(port) };
};

const topologies: Readonly<Record<string, () => Promise<Topology>>> = {
  "a single server": () => independent(1),
  async "the master of a Sentinel group"() {
    const { masterName: name, sentinels, master, stop } = await startSentinelGroup({ password: "secret" });
    const server = { name, sentinels: sentinels.map(endpoint), password: "secret" };
    return { masters: [await master()], link: { servers: [server] }, stop };
  },
  async "a Cluster"() {
    const { addresses, servers, stop } = await startRedisCluster({ password: "secret" });
    const cluster = { seeds: addresses.slice(0, 2).map(endpoint), partitions: 16 };
    return { masters: servers.slice(0, 3), link: { servers: [{ cluster, password: "secret" }] }, stop };
  },
  "two independent shards": () => independent(2),
};

async function independent(count: number): Promise<Topology> {
  const masters = await Promise.all(Array.from({ length: count }, () => startRedisServer()));
  return {
    masters,
    link: { servers: masters.map(({ host, port }) => ({ host, port })) },
    stop: async () => void (await Promise.all(masters.map((each) => each.stop()))),
  };
}

for (const [name, start] of Object.entries(topologies)) {
  describe(`Redis as ${name}`, () => {
    let topology: Topology;
    let times: readonly TimeTravel[] = [];
    before(async () => {
      topology = await start();
      times = topology.masters.map(createTimeTravel);
    });
    after(async () => {
      for (const time of times) time.close();
      await topology.stop();
    });

    engineContract(`redis, ${name}`, {
      async cluster() {
        const prefix = randomIds.letters(12);
        const surroundings = { clock: systemClock, ids: randomIds, log: silentLog };
        return {
          engine: () =>
            createRedisEngine({ link: createRedisLink(topology.link, surroundings), prefix, ...surroundings }),
          async advance(ms) {
            for (const time of times) await time.advance(prefix, ms);
          },
          async interrupt() {
            for (const master of topology.masters) await master.call("CLIENT", "KILL", "TYPE", "pubsub");
          },
          close: async () => {},
        };
      },
    });
  });
}
