import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { silentLog } from "../kit/log.ts";
import { createLiveChannel } from "./fanout.ts";
import { Gaps } from "./gaps.ts";
import { createGround, type Ground, type GroundOptions, openNamespace, type TestOutlet } from "./hub-ground.fixture.ts";
import { type Engine, errors, type Position, type Session, type SubscribeResult, subscribe } from "./index.ts";
import type { Broker } from "./ports/engine.ts";
import type { Positions } from "./positions.ts";
import type { Channel, ChannelKey } from "./values/channel.ts";
import { closedNamespace } from "./values/namespace.ts";

const keyOf = (channel: string): ChannelKey => `default/${channel}` as ChannelKey;
const room = "open:room";
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const stream = { size: 1_000, ttlMs: 600_000, metaTtlMs: 600_000 };

/** A hub whose events can get lost and whose history can fail, hang or be counted. */
async function setUp(options: GroundOptions = {}) {
  const broken = { events: false, history: 0, held: undefined as Promise<void> | undefined };
  const reads = { open: 0, most: 0 };
  let stored: Engine | undefined;
  const ground = await createGround({
    ...options,
    settings: { pingIntervalMs: 0, ...options.settings },
    wrapEngine: (engine) => {
      stored = engine;
      return {
        ...engine,
        start: (node, own) =>
          engine.start(node, {
            ...own,
            publication: (...args) => {
              if (!broken.events) own.publication(...args);
            },
          }),
        broker: {
          ...engine.broker,
          history: async (key, query) => {
            if (broken.history > 0 && broken.history--) throw new Error("no answer");
            reads.most = Math.max(reads.most, ++reads.open);
            await broken.held;
            reads.open--;
            return engine.broker.history(key, query);
          },
        },
      };
    },
  });
  assert.ok(stored);
  const { broker } = stored;
  const publish = async (count: number, channel = room): Promise<void> => {
    for (let n = 0; n < count; n++) await broker.publish(keyOf(channel), { data: "1", offset: 0 }, { stream });
  };
  const lose = async (count: number, channel = room): Promise<void> => {
    broken.events = true;
    await publish(count, channel);
    broken.events = false;
  };
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 50) {
      ground.clock.advance(50);
      await turn();
    }
  };
  return { ground, broken, reads, publish, lose, pass };
}

async function enter(
  ground: Ground,
  session: Session,
  { to = room, recover }: { to?: string; recover?: Position } = {},
) {
  let result: SubscribeResult | undefined;
  const reply = (value: SubscribeResult): void => {
    result = value;
  };
  await subscribe(ground.hub, session, { channel: to, token: "", reply, ...(recover ? { recover } : {}) });
  assert.ok(result);
  return result;
}

async function someone(ground: Ground, to = room) {
  const { session, outlet } = await ground.join({ identity: { user: "42" } });
  const result = await enter(ground, session, { to });
  return { session, outlet, result };
}

const offsets = ({ received }: TestOutlet): number[] =>
  received.flatMap((push) => (push.type === "publication" ? [push.publication.offset] : []));
const told = ({ received }: TestOutlet): number => received.filter((push) => push.type === "unsubscribe").length;
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1);

describe("a gap", () => {
  it("that is longer than one reading of history is filled page by page, in order, before what follows", async () => {
    const { ground, lose, publish, pass } = await setUp({ settings: { recoveryLimit: 7 } });
    const { outlet } = await someone(ground);
    await lose(50);
    await publish(3);
    await pass(50);
    assert.deepEqual(offsets(outlet), upTo(53));
    assert.equal(told(outlet), 0);
  });

  it("that is longer than what a reconnect brings is admitted", async () => {
    const { ground, lose, publish, pass } = await setUp({ settings: { recoveryLimit: 7, recoveryTotalLimit: 20 } });
    const { outlet } = await someone(ground);
    await lose(50);
    await publish(1);
    await pass(50);
    assert.equal(told(outlet), 1);
    assert.deepEqual(offsets(outlet), upTo(offsets(outlet).length));
  });

  it("stays a gap while history does not answer, and is filled when it does; for ever nobody waits", async () => {
    for (const [failures, admitted] of [
      [2, 0],
      [3, 1],
    ] as const) {
      const { ground, broken, lose, publish, pass } = await setUp();
      const { outlet } = await someone(ground);
      await lose(2);
      broken.history = failures;
      await publish(1);
      await pass(5_000);
      assert.deepEqual([told(outlet), offsets(outlet)], [admitted, admitted ? [] : [1, 2, 3]]);
    }
  });

  it("in each of many channels is filled with no more than so many readings at a time", async () => {
    const { ground, broken, reads, lose, pass } = await setUp({ settings: { channelLimit: 0 } });
    const { session, outlet } = await ground.join({ identity: { user: "42" } });
    const names = upTo(200).map((n) => `open:${n}`);
    for (const to of names) await enter(ground, session, { to });
    for (const name of names) await lose(1, name);
    reads.most = 0;
    let release = (): void => {};
    broken.held = new Promise((resolve) => {
      release = resolve;
    });
    ground.hub.channels.positions.doubtAll();
    await pass(100);
    release();
    await pass(100);
    assert.equal(offsets(outlet).length, names.length);
    assert.ok(reads.most > 1 && reads.most <= 32, `${reads.most} readings at a time`);
  });

  it("is closed at once for a client that comes from a node where nothing was missing", async () => {
    const { ground, lose } = await setUp();
    const { outlet, result } = await someone(ground);
    await lose(3);
    const { session } = await ground.join({ identity: { user: "7" } });
    const epoch = result.position?.epoch ?? "";
    const { recovered, position } = await enter(ground, session, { recover: { offset: 3, epoch } });
    assert.deepEqual([recovered, position?.offset], [true, 3]);
    assert.deepEqual(offsets(outlet), [1, 2, 3]);
  });
});

describe("a stream that lost its end", () => {
  it("is another one for its subscribers, and for those who come with a later position", async () => {
    const { ground, publish, pass } = await setUp();
    const { outlet, result } = await someone(ground);
    await publish(5);
    const { broker } = ground.hub.engine;
    const shorter: Position = { offset: 3, epoch: result.position?.epoch ?? "" };
    broker.tops = async (keys) => keys.map(() => shorter);
    ground.hub.channels.positions.doubtAll();
    await pass(50);
    assert.equal(told(outlet), 1);
    const history = broker.history;
    broker.history = async (key, query) => ({ ...(await history(key, query)), publications: [], top: shorter });
    const { session } = await ground.join({ identity: { user: "7" } });
    const again = await enter(ground, session, { recover: { offset: 5, epoch: shorter.epoch } });
    assert.deepEqual([again.recovered, again.position], [false, shorter]);
  });
});

describe("a long recovery", () => {
  it("over a stream that lost its end goes on from where that ends now, and does not read for ever", async () => {
    const { ground, publish, pass } = await setUp({ settings: { recoveryLimit: 3 } });
    const { outlet, result } = await someone(ground);
    await publish(10);
    const { broker } = ground.hub.engine;
    const top: Position = { offset: 6, epoch: result.position?.epoch ?? "" };
    broker.tops = async (keys) => keys.map(() => top);
    const { history } = broker;
    let readings = 0;
    broker.history = async (key, query) => {
      if (++readings > 100) throw new Error("it reads for ever");
      const { publications } = await history(key, query);
      return { publications: publications.filter(({ offset }) => offset <= top.offset), top };
    };
    const late = await ground.join({ identity: { user: "7" } });
    const { recovered } = await enter(ground, late.session, { recover: { offset: 2, epoch: top.epoch } });
    await pass(50);
    assert.equal(recovered, true);
    assert.deepEqual(offsets(late.outlet), [6]);
    assert.deepEqual([told(outlet), told(late.outlet)], [1, 0]);
    assert.ok(readings < 10, `${readings} readings`);
  });
});

describe("who cannot be brought up to date", () => {
  it("gets nothing more at once, and is told within the time that is set, not all together", async () => {
    const { ground, pass, publish } = await setUp({ namespaces: [{ ...openNamespace, joinLeave: false }] });
    const people = await Promise.all(upTo(500).map(() => someone(ground)));
    const count = (): number => people.filter(({ outlet }) => told(outlet) > 0).length;
    await publish(1);
    ground.hub.channels.publication(keyOf(room), { data: "1", offset: 7 }, "another epoch");
    const atOnce = count();
    assert.ok(atOnce > 0 && atOnce < 50, `${atOnce} told at once`);
    await pass(500);
    assert.ok(count() > 100 && count() < 400, `${count()} told in a quarter of the time`);
    await pass(1_500);
    assert.equal(count(), people.length);
    for (const { outlet } of people) assert.deepEqual(offsets(outlet), [1]);
    assert.equal(ground.hub.channels.subscriptionCount, 0);
  });

  it("may leave or come back before it is told", async () => {
    const { ground, pass } = await setUp();
    const people = await Promise.all(upTo(100).map(() => someone(ground)));
    ground.hub.channels.publication(keyOf(room), { data: "1", offset: 7 }, "another epoch");
    const last = people.at(-1);
    assert.ok(last);
    ground.hub.channels.end([...last.session.subscriptions.values()][0] ?? assert.fail());
    await enter(ground, last.session);
    await pass(2_000);
    assert.equal(told(last.outlet), 0);
    assert.equal(last.session.subscriptions.size, 1);
  });
});

describe("an engine that does not answer", () => {
  it("keeps a subscriber waiting no longer than clients do, with an error after which it tries again", async () => {
    const { ground, broken, pass } = await setUp();
    let release = (): void => {};
    broken.held = new Promise((resolve) => {
      release = resolve;
    });
    const { session } = await ground.join({ identity: { user: "42" } });
    const entering = assert.rejects(enter(ground, session), { code: errors.unavailable.code, temporary: true });
    await pass(4_500);
    await entering;
    assert.equal(session.subscriptions.size, 0);
    release();
    await turn();
    await enter(ground, session);
    assert.equal(ground.hub.channels.live.get(keyOf(room))?.readers, 0);
  });
});

describe("what waits behind a gap", () => {
  it("is looked for again when somebody does not take it, and that is said", async () => {
    const live = createLiveChannel({ key: keyOf(room), namespace: closedNamespace } as Channel, 0, () => {});
    live.position = { offset: 5, epoch: "e" };
    const heard: string[] = [];
    const gaps = new Gaps({
      broker: {
        history: async () => ({ publications: [], top: { offset: 5, epoch: "e" } }),
      } as Partial<Broker> as Broker,
      log: { ...silentLog, error: (message) => heard.push(message) },
      positions: { doubtLater: () => heard.push("in doubt") } as Partial<Positions> as Positions,
      recoveryLimit: 10,
      recoveryTotalLimit: 10,
      deliver: () => {},
      again: () => assert.fail("no"),
      lost: () => {},
    });
    gaps.fill(live, { publication: { data: "1", offset: 7 }, epoch: "e" });
    await live.filling;
    assert.deepEqual(heard, ["what waited behind a gap could not be delivered", "in doubt"]);
    assert.equal(live.waiting, undefined);
  });
});
