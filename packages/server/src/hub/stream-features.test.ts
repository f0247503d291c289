import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { applyDelta } from "fossil-delta";
import { createGround, type Ground, openNamespace, type TestOutlet } from "./hub-ground.fixture.ts";
import {
  apiCaller,
  HubError,
  history,
  type Namespace,
  type Position,
  type Push,
  publish,
  type Session,
  type SubscribeRequest,
  type SubscribeResult,
  subscribe,
} from "./index.ts";

const utf8 = new TextEncoder();
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

async function ground(options: Partial<Namespace> = {}, settings = {}): Promise<Ground> {
  return createGround({ namespaces: [{ ...openNamespace, ...options }], settings: { pingIntervalMs: 0, ...settings } });
}

type Client = Awaited<ReturnType<Ground["join"]>>;

async function enter({ hub }: Ground, { session }: { session: Session }, wish: Partial<SubscribeRequest> = {}) {
  let result: SubscribeResult | undefined;
  await subscribe(hub, session, {
    channel: "open:a",
    token: "",
    reply: (given) => {
      result = given;
    },
    ...wish,
  });
  assert.ok(result);
  return result;
}

type PublicationPush = Extract<Push, { type: "publication" }>;
const publications = (outlet: TestOutlet): PublicationPush[] =>
  outlet.received.filter((push): push is PublicationPush => push.type === "publication");

const send = (on: Ground, data: string, more = {}) =>
  publish(on.hub, apiCaller(on.hub, { name: "test", scopes: ["*"] }, ""), { channel: "open:a", data, ...more });

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What an SDK does with pushes of a delta subscription. */
function readDeltas(outlet: TestOutlet): string[] {
  let before = new Uint8Array();
  return publications(outlet).map(({ publication, delta }) => {
    assert.ok(delta, "a delta subscriber gets whole texts and patches");
    const { patch } = delta;
    if (patch === undefined) before = utf8.encode(String(publication.data));
    else before = new Uint8Array(applyDelta(before, utf8.encode(String(patch))));
    return text(before);
  });
}

const long = (n: number): string =>
  JSON.stringify({ list: Array.from({ length: 30 }, (_, i) => `entry ${i}`), n, é: "ü" });

describe("deltas", () => {
  it("begin with a whole publication, then patches that give the same text", async () => {
    const on = await ground({ allowDelta: true, deltaPublish: true });
    const early = await on.join({ identity: { user: "a" } });
    const late = await on.join({ identity: { user: "b" } });
    assert.equal((await enter(on, early, { delta: true })).delta, true);
    await send(on, long(1));
    await send(on, long(2));
    await enter(on, late, { delta: true });
    await send(on, long(3));
    await send(on, long(4));
    assert.deepEqual(readDeltas(early.outlet), [1, 2, 3, 4].map(long));
    assert.deepEqual(readDeltas(late.outlet), [3, 4].map(long));
    const patches = publications(early.outlet).map(({ delta }) => delta?.patch !== undefined);
    assert.deepEqual(patches, [false, true, true, true]);
    assert.deepEqual(
      publications(late.outlet).map(({ delta }) => delta?.patch !== undefined),
      [false, true],
    );
  });

  it("are computed once per channel: two publishes of frames for any number of subscribers", async () => {
    const on = await ground({ allowDelta: true, deltaPublish: true });
    for (let i = 0; i < 50; i++) await enter(on, await on.join({ identity: { user: `u${i}` } }), { delta: true });
    await send(on, long(1));
    const before = on.topics.published;
    await send(on, long(2));
    assert.equal(on.topics.published - before, 1);
  });

  it("need a publisher that marks them, the namespace's leave, and no filter", async () => {
    const on = await ground({ allowDelta: true, allowTagsFilter: true });
    const client = await on.join({ identity: { user: "a" } });
    await enter(on, client, { delta: true });
    await send(on, long(1));
    await send(on, long(2));
    await send(on, long(3), { delta: true });
    assert.deepEqual(
      publications(client.outlet).map(({ delta }) => delta?.patch !== undefined),
      [false, false, true],
    );
    const filtering = await on.join({ identity: { user: "b" } });
    const wish = { delta: true, filter: { key: "k", cmp: "eq", val: "v" } } as const;
    assert.equal((await enter(on, filtering, wish)).delta, undefined);
    const closed = await ground();
    assert.equal(
      (await enter(closed, await closed.join({ identity: { user: "a" } }), { delta: true })).delta,
      undefined,
    );
  });

  it("work in a channel without history", async () => {
    const on = await ground({ allowDelta: true, deltaPublish: true, historySize: 0, forceRecovery: false });
    const client = await on.join({ identity: { user: "a" } });
    await enter(on, client, { delta: true });
    for (const n of [1, 2, 3]) await send(on, long(n));
    assert.deepEqual(readDeltas(client.outlet), [1, 2, 3].map(long));
  });
});

describe("tags filters", () => {
  const filter = { key: "kind", cmp: "eq", val: "goal" } as const;

  it("of a client hold for live delivery and recovery", async () => {
    const on = await ground({ allowTagsFilter: true });
    const client = await on.join({ identity: { user: "a" } });
    const result = await enter(on, client, { filter });
    await send(on, "1", { tags: { kind: "goal" } });
    await send(on, "2", { tags: { kind: "foul" } });
    await send(on, "3");
    await send(on, "4", { tags: { kind: "goal" } });
    assert.deepEqual(
      publications(client.outlet).map(({ publication }) => publication.data),
      ["1", "4"],
    );
    const back = await on.join({ identity: { user: "a" } });
    const recover = result.position as Position;
    const recovered = await enter(on, back, { filter, recover });
    assert.ok(recovered.recovered);
    assert.deepEqual(
      recovered.publications.map(({ data }) => data),
      ["1", "4"],
    );
  });

  it("of the server cannot be widened by the client, and hold for history too", async () => {
    const on = await createGround({
      namespaces: [{ ...openNamespace, allowTagsFilter: true }],
      subscriptionTokens: new Map([["t", { channel: "open:a", user: "a", client: "", expireAt: 0, filter }]]),
    });
    const client = await on.join({ identity: { user: "a" } });
    await enter(on, client, { token: "t", filter: { key: "size", cmp: "eq", val: "big" } });
    await send(on, "1", { tags: { kind: "goal", size: "big" } });
    await send(on, "2", { tags: { kind: "goal" } });
    await send(on, "3", { tags: { size: "big" } });
    assert.deepEqual(
      publications(client.outlet).map(({ publication }) => publication.data),
      ["1"],
    );
    const page = await history(on.hub, client.session, { channel: "open:a", limit: -1, reverse: false });
    assert.deepEqual(
      page.publications.map(({ data }) => data),
      ["1", "2"],
    );
  });

  it("are refused where the namespace does not allow them", async () => {
    const on = await ground();
    const client = await on.join({ identity: { user: "a" } });
    await assert.rejects(enter(on, client, { filter }), (error) => error instanceof HubError && error.code === 108);
    assert.equal(client.session.subscriptions.size, 0);
  });
});

describe("compaction", () => {
  it("gives each channel a number that stands for its name in pushes", async () => {
    const on = await ground({ allowCompaction: true });
    const compact = await on.join({ identity: { user: "a" } });
    const plain = await on.join({ identity: { user: "b" } });
    const result = await enter(on, compact, { compact: true });
    assert.ok(result.channelId && result.channelId > 0);
    assert.equal((await enter(on, plain)).channelId, undefined);
    await send(on, "1");
    assert.equal(publications(compact.outlet)[0]?.channelId, result.channelId);
    assert.equal(publications(plain.outlet)[0]?.channelId, undefined);
  });
});

describe("a long recovery", () => {
  async function missed(count: number, settings = {}) {
    const on = await ground({ historySize: 5_000 }, { recoveryLimit: 100, ...settings });
    const client = await on.join({ identity: { user: "a" } });
    const { position } = await enter(on, client);
    client.session.closed(3000);
    for (let n = 1; n <= count; n++) await send(on, `${n}`);
    const back = await on.join({ identity: { user: "a" } });
    const result = await enter(on, back, { recover: position as Position });
    return { on, back, result };
  }

  const upTo = (n: number): string[] => Array.from({ length: n }, (_, i) => `${i + 1}`);
  const all = (result: SubscribeResult, { outlet }: Client) => [
    ...result.publications.map(({ data }) => data),
    ...publications(outlet).map(({ publication }) => publication.data),
  ];

  it("brings in order and once what does not fit into one reply, with what is published meanwhile", async () => {
    const { on, back, result } = await missed(950);
    assert.ok(result.recovered);
    assert.equal(result.publications.length, 100);
    for (let n = 951; n <= 1_000; n++) {
      await send(on, `${n}`);
      await turn();
    }
    for (let i = 0; i < 30; i++) await turn();
    assert.deepEqual(all(result, back), upTo(1_000));
    await send(on, "1001");
    assert.deepEqual(all(result, back), upTo(1_001));
  });

  it("waits for a reader that does not keep up, and ends with it", async () => {
    const { on, back, result } = await missed(450);
    back.outlet.bufferedBytes = 1_000_000;
    for (let i = 0; i < 30; i++) await turn();
    const held = all(result, back).length;
    assert.ok(held < 450, `${held} were pushed into a full queue`);
    back.outlet.bufferedBytes = 0;
    for (let i = 0; i < 30; i++) {
      on.clock.advance(10);
      await turn();
    }
    assert.deepEqual(all(result, back), upTo(450));
  });

  it("is refused beyond the limit, and given up when history is gone", async () => {
    const refused = await missed(450, { recoveryTotalLimit: 400 });
    assert.equal(refused.result.recovered, false);
    const { on, back } = await missed(450);
    await on.hub.engine.broker.removeHistory(
      "default/open:a" as Parameters<typeof on.hub.engine.broker.removeHistory>[0],
    );
    for (let i = 0; i < 30; i++) await turn();
    const end = back.outlet.received.find((push) => push.type === "unsubscribe");
    assert.ok(end?.type === "unsubscribe" && end.code === 2500);
  });
});

describe("a client that keeps its own state", () => {
  it("gets error 112 in place of a subscription that is not recovered", async () => {
    const on = await ground();
    const client = await on.join({ identity: { user: "a" } });
    const recover = { offset: 7, epoch: "gone" };
    const asked = enter(on, client, { recover, rejectUnrecovered: true });
    await assert.rejects(asked, (error) => error instanceof HubError && error.code === 112);
    assert.equal(client.session.subscriptions.size, 0);
  });
});

describe("batches", () => {
  it("leave together after their delay or when they are full, in order", async () => {
    const on = await ground({ batchMaxDelayMs: 200, batchMaxSize: 3 });
    const client = await on.join({ identity: { user: "a" } });
    await enter(on, client);
    const got = () => publications(client.outlet).map(({ publication }) => publication.offset);
    await send(on, "1");
    await send(on, "2");
    assert.deepEqual(got(), []);
    on.clock.advance(250);
    assert.deepEqual(got(), [1, 2]);
    for (const n of [3, 4, 5, 6]) await send(on, `${n}`);
    assert.deepEqual(got(), [1, 2, 3, 4, 5]);
    on.clock.advance(250);
    assert.deepEqual(got(), [1, 2, 3, 4, 5, 6]);
  });

  it("of which only the latest leaves lose nothing for who recovers", async () => {
    const on = await ground({ batchMaxDelayMs: 200, batchLatestOnly: true });
    const client = await on.join({ identity: { user: "a" } });
    const { position } = await enter(on, client);
    for (const n of [1, 2, 3]) await send(on, `${n}`);
    on.clock.advance(250);
    await send(on, "4");
    assert.deepEqual(
      publications(client.outlet).map(({ publication }) => publication.data),
      ["3"],
    );
    const back = await on.join({ identity: { user: "b" } });
    const result = await enter(on, back, { recover: position as Position });
    assert.ok(result.recovered);
    assert.deepEqual(
      result.publications.map(({ data }) => data),
      ["1", "2", "3"],
    );
    on.clock.advance(250);
    assert.deepEqual(
      publications(back.outlet).map(({ publication }) => publication.data),
      ["4"],
    );
  });
});

describe("publisher exclusion", () => {
  it("leaves out the publishing connection, live and in recovery, and nobody else", async () => {
    const on = await ground({ excludePublisher: true, allowDelta: true, deltaPublish: true });
    const writer = await on.join({ identity: { user: "a" } });
    const reader = await on.join({ identity: { user: "a" } });
    await enter(on, writer, { delta: true });
    const { position } = await enter(on, reader, { delta: true });
    await send(on, long(1));
    await publish(on.hub, writer.session, { channel: "open:a", data: long(2) });
    await send(on, long(3));
    await send(on, long(4));
    assert.deepEqual(readDeltas(reader.outlet), [1, 2, 3, 4].map(long));
    assert.deepEqual(readDeltas(writer.outlet), [1, 3, 4].map(long));
    on.hub.channels.end(writer.session.subscriptions.values().next().value as never);
    const again = await enter(on, writer, { recover: position as Position });
    assert.deepEqual(
      again.publications.map(({ offset }) => offset),
      [1, 3, 4],
    );
  });
});
