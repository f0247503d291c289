import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type ChannelKey, errors, type HubError } from "../../hub/index.ts";
import { systemClock } from "../../kit/clock.ts";
import { randomIds } from "../../kit/ids.ts";
import { silentLog } from "../../kit/log.ts";
import { type Account, assertContinuity, type Continuity, startContinuity } from "./continuity.fixture.ts";
import type { RedisLinkOptions } from "./index.ts";
import { Connection } from "./links/connection.ts";
import { slotOf } from "./links/slot-owners.ts";
import { type RedisCluster, startRedisCluster } from "./processes/redis-cluster.fixture.ts";
import { type SentinelGroup, startSentinelGroup } from "./processes/sentinel-group.fixture.ts";

const endpoint = (address: string): { readonly host: string; readonly port: number } => {
  const [host = "", port] = address.split(":");
  return { host, port: Number(port) };
};

/** Publications without a pause while something happens to Redis. */
async function during(link: RedisLinkOptions, happens: (flow: Continuity) => Promise<void>): Promise<Account> {
  const flow = await startContinuity(link);
  try {
    await flow.flows();
    await happens(flow);
    await flow.flows();
    const account = await flow.settle();
    assertContinuity(account);
    assert.ok(account.interruptions > 0, "nobody was told");
    return account;
  } finally {
    await flow.stop();
  }
}

describe("a Redis Cluster under publications loses nothing untold", { timeout: 120_000 }, () => {
  let redis: RedisCluster;
  let link: RedisLinkOptions;
  const slot = slotOf("p0");
  before(async () => {
    redis = await startRedisCluster();
    const cluster = { seeds: redis.addresses.slice(0, 2).map(endpoint), partitions: 4 };
    link = { servers: [{ cluster }], commandTimeoutMs: 1_000 };
  });
  after(() => redis.stop());

  it("and refuses nothing, while a slot moves from one master to another", async () => {
    const { refused, unknown } = await during(link, async ({ flows }) => {
      const from = await redis.owner(slot);
      const to = await redis.owner((slot + 8_192) % 16_384);
      assert.notEqual(from, to);
      const migration = await redis.migrate(slot, to);
      await migration.moveKeys();
      await migration.finish();
      await flows();
      await (await redis.migrate(slot, from)).finish();
    });
    assert.deepEqual({ refused, unknown }, { refused: 0, unknown: 0 });
  });

  it("and refuses nothing in a slot between two masters, also when acknowledgements wait for a replica", async () => {
    const waiting = { ...link, waitReplicas: { count: 1, timeoutMs: 500 } };
    await during(waiting, async ({ publisher }) => {
      const stream = { size: 10, ttlMs: 60_000, metaTtlMs: 60_000 };
      // Of streams that are new, Redis itself wants nothing to hear while their slot is on its way.
      const everywhere = async (data: string): Promise<void> => {
        for (let n = 0; n < 32; n++) {
          const sent = publisher.broker.publish(`channel:${n}` as ChannelKey, { data, offset: 0 }, { stream });
          await sent.catch(({ code }: HubError) => assert.equal(code, errors.outcomeUnknown.code));
        }
      };
      await everywhere("here");
      const from = await redis.owner(slot);
      const migration = await redis.migrate(slot, await redis.owner((slot + 8_192) % 16_384));
      await migration.moveKeys();
      await everywhere("moved");
      await migration.finish();
      await (await redis.migrate(slot, from)).finish();
    });
  });

  it("while a replica takes over as planned", async () => {
    await during(link, async () => {
      await redis.failover(slot);
    });
  });

  it("while a master is killed and comes back", async () => {
    await during(link, async ({ flows }) => {
      const master = await redis.owner(slot);
      await master.kill();
      await redis.switched(slot, master);
      await flows();
      await master.restart();
    });
  });

  it("while a master is silent, and talks again when it is a master no more", async () => {
    await during(link, async ({ flows }) => {
      const master = await redis.owner(slot);
      master.pause();
      await redis.switched(slot, master);
      await flows();
      master.resume();
    });
  });
});

describe("the master of a Sentinel group under publications loses nothing untold", { timeout: 120_000 }, () => {
  let redis: SentinelGroup;
  let link: RedisLinkOptions;
  before(async () => {
    redis = await startSentinelGroup({ replicas: 2 });
    link = {
      servers: [{ sentinels: redis.sentinels.map(endpoint), name: redis.masterName }],
      commandTimeoutMs: 1_000,
    };
  });
  after(() => redis.stop());

  it("while a replica takes over as planned", async () => {
    await during(link, async () => {
      await redis.failover();
    });
  });

  it("while the master is killed and comes back", async () => {
    await during(link, async ({ flows }) => {
      const master = await redis.master();
      await master.kill();
      await redis.switched(master);
      await flows();
      await master.restart();
    });
  });

  it("while the master is silent, and talks again when it is the master no more", async () => {
    await during(link, async ({ flows }) => {
      const master = await redis.master();
      master.pause();
      await redis.switched(master);
      await flows();
      master.resume();
    });
  });

  it("and nothing at all when each acknowledgement waits for the replica", async () => {
    const waiting = { ...link, waitReplicas: { count: 1, timeoutMs: 500 } };
    const { lost } = await during(waiting, async () => {
      const master = await redis.master();
      await master.kill();
      await redis.switched(master);
    });
    assert.equal(lost, 0);
  });

  it("and finds the master also when it hears of a switch while it looks for the master", async () => {
    const [server = {}] = link.servers;
    let up = (): void => {};
    const connection = new Connection(
      { name: "the test's", server, clock: systemClock, ids: randomIds, log: silentLog },
      { greet: async () => {}, up: () => up(), down() {} },
    );
    await connection.open();
    const back = new Promise<void>((resolve) => {
      up = resolve;
    });
    connection.redis.once("connecting", () => connection.renew(new Error("a switch")));
    const ended = new Promise((resolve) => connection.redis.once("end", resolve));
    connection.renew(new Error("the first doubt"));
    await ended;
    await back;
    connection.close();
  });
});
