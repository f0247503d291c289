import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as passing } from "node:timers/promises";
import type { Centrifuge } from "centrifuge";
import { startRedisServer } from "../../packages/server/src/engines/redis/processes/redis-server.fixture.ts";
import { createBalancer } from "./stage/balancer.ts";
import { createJournal, type Journal } from "./stage/journal.ts";
import { span, upTo } from "./stage/publish-many.ts";
import { unique } from "./stage/stage.ts";
import { everyWay } from "./stage/ways.ts";
import { within } from "./stage/within.ts";
import { ownServer } from "./subject/own-server.ts";
import type { Subject } from "./subject/subject.ts";

const NODES = 3;
const CLIENTS = 60;
/** Clients that connect at the same time. */
const JOIN_AT_ONCE = 15;
const PER_SECOND = 20;
/** The first wave leaves at once. */
const FIRST_WAVE = 0.2 * PER_SECOND;
const PUBLISH_EVERY_MS = 15;
/** The client's own code. */
const TRANSPORT_CLOSED = 1;
/** Nothing here takes a tenth of it, unless the machine does much else. */
const PATIENCE_MS = 60_000;

/** Nodes over one Redis, each on a port that it keeps. */
interface Nodes {
  readonly running: readonly Subject[];
  /** Rejects as soon as one ends by itself. */
  readonly died: Promise<never>;
  /** Opens the one at this place again. */
  reopen(index: number): Promise<void>;
}

async function openNodes(runtime: "bun" | "node", redis: string, endings: AsyncDisposableStack): Promise<Nodes> {
  const place = ownServer(runtime, {
    ALTAVOZ_ENGINE_TYPE: "redis",
    ALTAVOZ_ENGINE_REDIS_ADDRESS: redis,
    ALTAVOZ_SHUTDOWN_RECONNECTS_PER_SECOND: String(PER_SECOND),
  });
  const { promise: died, reject } = Promise.withResolvers<never>();
  died.catch(() => {});
  const opened: Promise<Subject>[] = [];
  endings.defer(async () => {
    await Promise.allSettled(opened.map(async (node) => (await node).stop()));
  });
  const open = async (port?: number): Promise<Subject> => {
    assert.equal(endings.disposed, false, "the test is over");
    const opening = place.open("baseline", port);
    opened.push(opening);
    const node = await opening;
    node.died.catch(reject);
    return node;
  };
  const running = await Promise.all(upTo(NODES).map(() => open()));
  return {
    running,
    died,
    async reopen(index) {
      running[index] = await open(Number(new URL(at(running, index).url).port));
    },
  };
}

interface Follower {
  readonly name: string;
  readonly client: Centrifuge;
  readonly numbers: Journal<number>;
  unrecovered: number;
  /** Codes with which it was sent away. */
  readonly codes: number[];
  readonly overStream: boolean;
}

interface Crowd {
  readonly endings: AsyncDisposableStack;
  readonly websocketUrl: string;
  readonly channel: string;
  readonly tokenOf: (user: string) => Promise<string>;
}

async function follow({ endings, websocketUrl, channel, tokenOf }: Crowd, index: number): Promise<Follower> {
  const way = at(everyWay, index % everyWay.length);
  const name = `client ${index} (${way.name})`;
  const times = { minReconnectDelay: 20, maxReconnectDelay: 300, timeout: PATIENCE_MS };
  const client = way.client(websocketUrl, { ...times, token: await tokenOf(`user-${index}`) });
  endings.defer(() => client.disconnect());
  const numbers = createJournal<number>(PATIENCE_MS);
  const follower: Follower = { name, client, numbers, unrecovered: 0, codes: [], overStream: way.overtaking === true };
  const subscription = client.newSubscription(channel);
  subscription.on("publication", ({ data }) => numbers.note(Number(data)));
  subscription.on("subscribed", ({ wasRecovering, recovered }) => {
    if (wasRecovering && !recovered) follower.unrecovered++;
  });
  subscription.subscribe();
  client.connect();
  await within(PATIENCE_MS, `the subscription of ${name}`, subscription.ready());
  client.on("connecting", ({ code }) => void follower.codes.push(code));
  return follower;
}

async function followAll(crowd: Crowd): Promise<readonly Follower[]> {
  const followers: Follower[] = [];
  while (followers.length < CLIENTS) {
    const first = followers.length;
    const some = upTo(JOIN_AT_ONCE).map((n) => follow(crowd, first + n - 1));
    followers.push(...(await Promise.all(some)));
  }
  return followers;
}

/** Publishes 1, 2, 3, … at a steady rate through all nodes but the one that restarts. */
class Publisher {
  readonly #nodes: readonly Subject[];
  readonly #channel: string;
  #avoided: Subject | undefined;
  #underWay: Promise<unknown> = Promise.resolve();
  #stopped = false;
  published = 0;

  constructor(nodes: readonly Subject[], channel: string) {
    this.#nodes = nodes;
    this.#channel = channel;
  }

  /** Ends when it is stopped, or with the first publication that fails. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      const up = this.#nodes.filter((node) => node !== this.#avoided);
      const node = at(up, this.published % up.length);
      this.#underWay = node.api("publish", { channel: this.#channel, data: ++this.published });
      await this.#underWay;
      await passing(PUBLISH_EVERY_MS);
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  /** From then on nothing is on its way to this node: who stops takes no more requests. */
  async avoid(node: Subject | undefined): Promise<void> {
    this.#avoided = node;
    await this.#underWay;
  }
}

async function restartAll({ running, reopen }: Nodes, publisher: Publisher): Promise<void> {
  for (const [index, node] of [...running.entries()]) {
    const { nodes: infos } = await node.api<{ nodes: { num_clients: number }[] }>("info", {});
    const here = infos[0]?.num_clients ?? 0;
    assert.ok(here > 0, "the balancer gives every node some");
    await publisher.avoid(node);
    const from = performance.now();
    await node.stop();
    const seconds = (performance.now() - from) / 1_000;
    assert.ok(here <= PER_SECOND * seconds + FIRST_WAVE, `${here} clients sent away in ${seconds} s`);
    await reopen(index);
    await publisher.avoid(undefined);
  }
}

describe("a rolling restart of three nodes", () => {
  for (const runtime of ["bun", "node"] as const) {
    it(`loses nothing, and sends away no more clients per second than configured, on ${runtime}`, async () => {
      // Newest first, and all of it also when one of them fails.
      await using endings = new AsyncDisposableStack();
      const redis = await startRedisServer();
      endings.defer(() => redis.stop());
      const nodes = await openNodes(runtime, redis.url, endings);
      const balancer = await createBalancer(nodes.running);
      endings.defer(() => balancer.close());

      const channel = unique("stream:rolling");
      const tokenOf = (user: string): Promise<string> => at(nodes.running, 0).token({ sub: user });
      const { websocketUrl } = balancer;
      const followers = await Promise.race([nodes.died, followAll({ endings, websocketUrl, channel, tokenOf })]);

      const publisher = new Publisher(nodes.running, channel);
      endings.defer(() => publisher.stop());
      const publishing = publisher.run();
      await Promise.race([nodes.died, publishing, restartAll(nodes, publisher)]);
      publisher.stop();
      await publishing;

      const { published } = publisher;
      const heard = followers.map(({ name, numbers }) =>
        numbers.until((all) => all.at(-1) === published, `publication ${published} at ${name}`),
      );
      await Promise.race([nodes.died, Promise.all(heard)]);
      for (const { name, numbers, unrecovered } of followers) {
        const [first = 1] = numbers.entries;
        assert.deepEqual(numbers.entries, span({ from: first, to: published }), name);
        assert.equal(unrecovered, 0, name);
      }
      const moves = followers.flatMap(({ codes, overStream }) => codes.map((code) => ({ code, overStream })));
      assert.ok(moves.length >= CLIENTS, `${moves.length} moves`);
      // The official client may notice the end of a response before it has read the last push in it.
      const told = moves.filter(({ code, overStream }) => code === 3001 || (overStream && code === TRANSPORT_CLOSED));
      assert.deepEqual(told, moves, "nobody was cut off");
      const { nodes: alive } = await at(nodes.running, 0).api<{ nodes: object[] }>("info", {});
      assert.equal(alive.length, NODES, "who left is gone, and who came is there");
      for (const { client } of followers) client.disconnect();
      await Promise.all(nodes.running.map((node) => node.stop()));
    });
  }
});

function at<T>(list: readonly T[], index: number): T {
  return list[index] ?? assert.fail(`nothing at ${index}`);
}
