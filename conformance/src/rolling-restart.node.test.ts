import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as passing } from "node:timers/promises";
import type { Centrifuge } from "centrifuge";
import {
  type RedisServer,
  startRedisServer,
} from "../../packages/server/src/engines/redis/processes/redis-server.fixture.ts";
import { type Balancer, createBalancer } from "./stage/balancer.ts";
import { upTo } from "./stage/publish-many.ts";
import { unique } from "./stage/stage.ts";
import { everyWay } from "./stage/ways.ts";
import { ownServer } from "./subject/own-server.ts";
import type { Subject } from "./subject/subject.ts";

const NODES = 3;
const CLIENTS = 60;
const PER_SECOND = 20;
/** The first wave leaves at once. */
const FIRST_WAVE = 0.2 * PER_SECOND;
/** The client's own code. */
const TRANSPORT_CLOSED = 1;

interface Follower {
  readonly client: Centrifuge;
  readonly numbers: number[];
  unrecovered: number;
  /** Codes with which it was sent away. */
  readonly codes: number[];
  readonly overStream: boolean;
}

for (const runtime of ["bun", "node"] as const) {
  describe(`a rolling restart of three nodes on ${runtime}`, () => {
    let redis: RedisServer;
    let balancer: Balancer;
    const nodes: Subject[] = [];
    let restarting: Subject | undefined;
    const followers: Follower[] = [];

    const open = (port?: number): Promise<Subject> =>
      ownServer(runtime, {
        ALTAVOZ_ENGINE_TYPE: "redis",
        ALTAVOZ_ENGINE_REDIS_ADDRESS: redis.url,
        ALTAVOZ_SHUTDOWN_RECONNECTS_PER_SECOND: String(PER_SECOND),
      }).open("baseline", port);

    before(async () => {
      redis = await startRedisServer();
      nodes.push(...(await Promise.all(Array.from({ length: NODES }, () => open()))));
      balancer = await createBalancer(nodes);
    });

    after(async () => {
      for (const { client } of followers) client.disconnect();
      await Promise.all(nodes.map((node) => node.stop()));
      await balancer?.close();
      await redis?.stop();
    });

    async function follow(channel: string, index: number): Promise<Follower> {
      const way = everyWay[index % everyWay.length] ?? assert.fail();
      const token = await (nodes[0] ?? assert.fail()).token({ sub: `user-${index}` });
      const client = way.client(balancer.websocketUrl, { token, minReconnectDelay: 20, maxReconnectDelay: 300 });
      const follower: Follower = {
        client,
        numbers: [],
        unrecovered: 0,
        codes: [],
        overStream: way.overtaking === true,
      };
      const subscription = client.newSubscription(channel);
      subscription.on("publication", ({ data }) => void follower.numbers.push(Number(data)));
      subscription.on("subscribed", ({ wasRecovering, recovered }) => {
        if (wasRecovering && !recovered) follower.unrecovered++;
      });
      client.on("connecting", ({ code }) => void follower.codes.push(code));
      subscription.subscribe();
      client.connect();
      await subscription.ready();
      follower.codes.length = 0;
      return follower;
    }

    it("loses nothing, and sends away no more clients per second than configured", async () => {
      const channel = unique("stream:rolling");
      for (let first = 0; first < CLIENTS; first += 15) {
        followers.push(...(await Promise.all(upTo(15).map((n) => follow(channel, first + n - 1)))));
      }
      let published = 0;
      let rolling = true;
      const publishing = (async () => {
        while (rolling) {
          const up = nodes.filter((node) => node !== restarting);
          const node = up[published % up.length] ?? assert.fail();
          await node.api("publish", { channel, data: ++published });
          await passing(15);
        }
      })();

      for (const [index, node] of nodes.entries()) {
        const { nodes: infos } = await node.api<{ nodes: { num_clients: number }[] }>("info", {});
        const here = infos[0]?.num_clients ?? 0;
        assert.ok(here > 0, "the balancer gives every node some");
        restarting = node;
        const from = performance.now();
        await node.stop();
        const seconds = (performance.now() - from) / 1_000;
        assert.ok(here <= PER_SECOND * seconds + FIRST_WAVE, `${here} clients sent away in ${seconds} s`);
        nodes[index] = await open(Number(new URL(node.url).port));
        restarting = undefined;
      }
      rolling = false;
      await publishing;
      const until = performance.now() + 30_000;
      const isWaiting = ({ numbers }: Follower): boolean => numbers.at(-1) !== published;
      while (followers.some(isWaiting) && performance.now() < until) await passing(20);

      for (const { numbers, unrecovered } of followers) {
        assert.deepEqual(numbers.slice(numbers.indexOf(numbers[0] ?? 0)), upTo(published).slice((numbers[0] ?? 1) - 1));
        assert.equal(unrecovered, 0);
      }
      const moves = followers.flatMap(({ codes, overStream }) => codes.map((code) => ({ code, overStream })));
      assert.ok(moves.length >= CLIENTS, `${moves.length} moves`);
      // The official client may notice the end of a response before it has read the last push in it.
      const told = moves.filter(({ code, overStream }) => code === 3001 || (overStream && code === TRANSPORT_CLOSED));
      assert.deepEqual(told, moves, "nobody was cut off");
      const { nodes: alive } = await (nodes[0] ?? assert.fail()).api<{ nodes: object[] }>("info", {});
      assert.equal(alive.length, NODES, "who left is gone, and who came is there");
    });
  });
}
