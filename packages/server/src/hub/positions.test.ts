import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { silentLog } from "../kit/log.ts";
import { createVirtualClock } from "../kit/virtual-clock.ts";
import { createWheel } from "../kit/wheel.ts";
import { createLiveChannel, type LiveChannel } from "./fanout.ts";
import type { Broker } from "./ports/engine.ts";
import { Positions } from "./positions.ts";
import type { Channel, ChannelKey } from "./values/channel.ts";
import { closedNamespace } from "./values/namespace.ts";
import type { Position } from "./values/publication.ts";

const CHECK_MS = 5_000;
const META_TTL_MS = 60_000;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Channels that all stand at 5, and an engine whose answers the test gives. */
function setUp({ channels = 1, checkMs = CHECK_MS, prolongAt = Number.POSITIVE_INFINITY, failing = "" } = {}) {
  const clock = createVirtualClock();
  const namespace = { ...closedNamespace, historyMetaTtlMs: META_TTL_MS };
  const tops = new Map<ChannelKey, Position | undefined>();
  const found: string[] = [];
  const errors: string[] = [];
  const asked: (readonly ChannelKey[])[] = [];
  const prolonged: ChannelKey[] = [];
  const engine = { most: 0, open: 0, down: false, held: undefined as Promise<void> | undefined };
  const broker: Pick<Broker, "tops" | "history"> = {
    async tops(keys) {
      asked.push(keys);
      engine.most = Math.max(engine.most, ++engine.open);
      const answer = keys.map((key) => tops.get(key));
      await engine.held;
      engine.open--;
      if (engine.down) throw new Error("down");
      return answer;
    },
    async history(key) {
      prolonged.push(key);
      return { publications: [], top: tops.get(key) ?? { offset: 0, epoch: "new" } };
    },
  };
  const positions = new Positions({
    broker: broker as Broker,
    wheel: createWheel(clock),
    clock,
    log: { ...silentLog, error: (message) => errors.push(message) },
    checkMs,
    behind: (live) => found.push(`behind ${live.channel.key}`),
    lost: ({ channel: { key } }) => {
      if (key === failing) throw new Error("no");
      found.push(`lost ${key}`);
    },
  });
  const lives = Array.from({ length: channels }, (_, n): LiveChannel => {
    const key = `c${n}` as ChannelKey;
    const live = createLiveChannel({ key, namespace } as Channel, n, () => {});
    live.position = { offset: 5, epoch: "e" };
    live.prolongAt = prolongAt;
    tops.set(key, live.position);
    positions.watch(live);
    return live;
  });
  /** Lets time pass in small steps, with room for answers between them. */
  const pass = async (ms: number, step = 50): Promise<void> => {
    for (let passed = 0; passed < ms; passed += step) {
      clock.advance(step);
      await turn();
    }
  };
  const [first] = lives;
  assert.ok(first);
  return {
    clock,
    tops,
    found,
    errors,
    asked,
    prolonged,
    engine,
    positions,
    lives,
    first,
    pass,
    key: first.channel.key,
  };
}

describe("positions", () => {
  it("are compared in every few seconds in quiet times, many in one call, without a spike", async () => {
    const { asked, engine, pass, lives } = setUp({ channels: 10_000 });
    await pass(CHECK_MS + 200, 100);
    const seen = new Set(asked.flat());
    assert.equal(seen.size, lives.length);
    const sizes = asked.map((keys) => keys.length);
    assert.ok(asked.flat().length < 1.2 * lives.length, "no channel much more often than it must");
    assert.ok(Math.max(...sizes) <= 512);
    assert.ok(engine.most <= 4);
    // Two hundred fall due in each fiftieth of the interval.
    assert.ok(Math.max(...sizes) <= 400, `${Math.max(...sizes)} in one step`);
  });

  it("are compared in time also while most channels end", async () => {
    const { asked, pass, lives, positions } = setUp({ channels: 100 });
    await pass(CHECK_MS - 200);
    const late = lives.filter(({ channel }) => !asked.flat().includes(channel.key));
    for (const live of lives) if (!late.includes(live)) positions.unwatch(live);
    await pass(400);
    for (const { channel } of late) assert.ok(asked.flat().includes(channel.key), `${channel.key} had no turn`);
    assert.ok(late.length > 0);
  });

  it("show a stream that went on, that is shorter, that is another one, and that is gone", async () => {
    const at = (offset: number, epoch = "e"): Position => ({ offset, epoch });
    for (const [top, expected] of [
      [at(5), []],
      [at(6), ["behind c0"]],
      [at(4), ["lost c0"]],
      [at(5, "f"), ["lost c0"]],
      [undefined, ["lost c0"]],
    ] as const) {
      const { tops, found, positions, key } = setUp();
      tops.set(key, top);
      positions.doubtAll();
      await turn();
      assert.deepEqual(found, expected, JSON.stringify(top));
    }
  });

  it("are judged by where the node stood when it asked: a late answer says nothing about what came since", async () => {
    const { found, positions, engine, first } = setUp();
    let release = (): void => {};
    engine.held = new Promise((resolve) => {
      release = resolve;
    });
    positions.doubt(first);
    first.position = { offset: 9, epoch: "e" };
    release();
    await turn();
    assert.deepEqual(found, []);
  });

  it("are compared at once for the channels that an interruption affects, and no others", async () => {
    const { asked, positions } = setUp({ channels: 100, checkMs: 0 });
    positions.doubtAll((key) => key.endsWith("7"));
    await turn();
    assert.deepEqual(asked.flat().sort(), ["c17", "c27", "c37", "c47", "c57", "c67", "c7", "c77", "c87", "c97"]);
  });

  it("are asked for again when the engine could not answer, without hurry, and once for many interruptions", async () => {
    const { asked, positions, engine, tops, found, pass, key } = setUp({ channels: 2_000, checkMs: 0 });
    engine.down = true;
    tops.set(key, { offset: 6, epoch: "e" });
    for (let n = 0; n < 50; n++) positions.doubtAll();
    await pass(5_000);
    assert.ok(asked.length <= 4 * 7, `${asked.length} calls while nobody answers`);
    engine.down = false;
    asked.length = 0;
    await pass(2_000);
    assert.deepEqual(found, [`behind ${key}`]);
    assert.equal(asked.flat().length, 2_000);
  });

  it("are compared again behind a gap that is being filled", async () => {
    const { asked, positions, first } = setUp({ checkMs: 0 });
    first.waiting = [];
    positions.doubtAll();
    await turn();
    assert.deepEqual([asked.length, first.unsure], [0, true]);
  });

  it("are nobody's business when nobody is promised anything", async () => {
    const { asked, positions, first, pass } = setUp();
    positions.unwatch(first);
    positions.doubtAll();
    positions.doubt(first);
    await pass(2 * CHECK_MS);
    assert.deepEqual(asked, []);
    positions.watch(first);
    await pass(CHECK_MS + 200);
    assert.equal(asked.length, 1);
  });

  it("keep a quiet stream from ending under its subscribers", async () => {
    const { prolonged, pass, key } = setUp({ prolongAt: 0 });
    await pass(META_TTL_MS, 200);
    assert.deepEqual(prolonged, [key, key]);
  });

  it("of all channels are acted on, also when that fails for one of them", async () => {
    const { tops, found, errors, positions } = setUp({ channels: 3, failing: "c1" });
    tops.clear();
    positions.doubtAll();
    await turn();
    assert.deepEqual(found, ["lost c0", "lost c2"]);
    assert.equal(errors.length, 1);
  });
});
