import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ChannelKey, EngineEvents, HistoryQuery, PublishOptions } from "../../hub/index.ts";
import { createSeededIds } from "../../kit/ids.ts";
import { createVirtualClock } from "../../kit/virtual-clock.ts";
import { createMemoryEngine, createMemorySpace } from "./index.ts";

const ids = createSeededIds(1);
const key = (name: string | number): ChannelKey => `key:${name}` as ChannelKey;
const silent: EngineEvents = { publication() {}, join() {}, leave() {}, control() {}, interrupted() {} };
const kept: PublishOptions = { stream: { size: 10, ttlMs: 60_000, metaTtlMs: 60_000 } };
const everything: HistoryQuery = { limit: -1, metaTtlMs: 60_000 };

function setUp() {
  const clock = createVirtualClock();
  const space = createMemorySpace({ clock, ids });
  return { clock, space, engine: () => createMemoryEngine({ clock, ids, space }) };
}

describe("memory engine", () => {
  it("stays small while short-lived channels pass without end, at any rate", async () => {
    const { clock, space, engine } = setUp();
    const { broker, start } = engine();
    await start("a", silent);
    const short: PublishOptions = { stream: { size: 10, ttlMs: 100, metaTtlMs: 100 } };
    const publication = { data: "1", offset: 0 };
    const perMs = 200;
    const alive = 100 * perMs;
    for (let channel = 0; channel < 200_000; channel++) {
      void broker.publish(key(channel), publication, short);
      if (channel % perMs > 0) continue;
      clock.advance(1);
      assert.ok(space.size <= 3 * alive, `${space.size} entries for ${alive} alive`);
    }
    clock.advance(60_000);
    assert.equal(space.size, 0);
  });

  it("frees channels, results and presence after their time, a bounded number in one sweep", async () => {
    const { clock, space, engine } = setUp();
    const { broker, presence, start } = engine();
    await start("a", silent);
    const count = 25_000;
    for (let channel = 0; channel < count; channel++) {
      void broker.history(key(channel), { limit: 0, metaTtlMs: 5000 });
      void broker.publish(key(channel), { data: "1", offset: 0 }, { idempotency: { key: "k", ttlMs: 5000 } });
      void presence.add(key(channel), { user: "u", client: "c" }, 5000);
    }
    clock.advance(4000);
    assert.equal(space.size, 3 * count);
    let before = space.size;
    while (space.size > 0) {
      clock.advance(1000);
      assert.ok(before - space.size <= 30_000, `${before - space.size} in one sweep`);
      assert.ok(clock.monotonic() < 20_000, `${space.size} entries left`);
      before = space.size;
    }
  });

  it("keeps nothing for a channel without subscribers, history and presence", async () => {
    const { space, engine } = setUp();
    const { broker, presence, start } = engine();
    await start("a", silent);
    await broker.subscribe(key(1));
    await broker.publish(key(1), { data: "1", offset: 0 }, {});
    await broker.removeHistory(key(1));
    await presence.add(key(1), { user: "u", client: "c" }, 60_000);
    await presence.remove(key(1), "c");
    await presence.list(key(1));
    await broker.unsubscribe(key(1));
    assert.equal(space.size, 0);
  });

  it("delivers before publish returns, in the order of the calls", async () => {
    const { engine } = setUp();
    const { broker, start } = engine();
    const seen: string[] = [];
    await start("a", {
      ...silent,
      publication(_key, { data }) {
        seen.push(`begin ${data}`);
        if (data === "1") void broker.publish(key(2), { data: "from the event", offset: 0 }, {});
        seen.push(`end ${data}`);
      },
    });
    await broker.subscribe(key(1));
    await broker.subscribe(key(2));
    void broker.publish(key(1), { data: "1", offset: 0 }, kept);
    seen.push("returned");
    assert.deepEqual(seen, ["begin 1", "end 1", "begin from the event", "end from the event", "returned"]);
  });

  it("does not let an event that throws fail the publisher or starve another node", async () => {
    const { clock, engine } = setUp();
    const [failing, other] = [engine(), engine()];
    const seen: unknown[] = [];
    await failing.start("failing", {
      ...silent,
      publication() {
        throw new Error("a fault of the node");
      },
    });
    await other.start("other", { ...silent, publication: (_key, { data }) => seen.push(data) });
    await failing.broker.subscribe(key(1));
    await other.broker.subscribe(key(1));
    const result = await failing.broker.publish(key(1), { data: "1", offset: 0 }, kept);
    assert.equal(result.position?.offset, 1);
    assert.deepEqual(seen, ["1"]);
    assert.throws(() => clock.turn(), /a fault of the node/);
  });

  it("tells a node nothing once it has left, even in the middle of an event", async () => {
    const { engine } = setUp();
    const [first, second] = [engine(), engine()];
    const seen: unknown[] = [];
    await first.start("first", { ...silent, publication: () => void second.stop() });
    await second.start("second", { ...silent, publication: (_key, { data }) => seen.push(data) });
    await first.broker.subscribe(key(1));
    await second.broker.subscribe(key(1));
    await first.broker.publish(key(1), { data: "1", offset: 0 }, {});
    assert.deepEqual(seen, []);
  });

  it("keeps bytes as they were when the publisher uses its buffer again", async () => {
    const { engine } = setUp();
    const { broker, start } = engine();
    await start("a", silent);
    const buffer = Buffer.from("first");
    await broker.publish(key(1), { data: buffer.subarray(0, 5), offset: 0 }, kept);
    buffer.write("other");
    const { publications } = await broker.history(key(1), everything);
    assert.deepEqual(publications[0]?.data, new Uint8Array(Buffer.from("first")));
  });

  it("keeps history for as long as the space lives, and shares it with nobody outside", async () => {
    const { clock, engine } = setUp();
    const first = engine();
    await first.start("a", silent);
    const { position } = await first.broker.publish(key(1), { data: "1", offset: 0 }, kept);
    assert.match(position?.epoch ?? "", /^[a-z]{8}$/);
    await first.stop();
    await first.start("a", silent);
    assert.deepEqual((await first.broker.history(key(1), everything)).top, position);

    const stranger = createMemoryEngine({ clock, ids });
    await stranger.start("a", silent);
    assert.equal((await stranger.broker.history(key(1), everything)).top.offset, 0);
  });

  it("refuses a second start and a second node of the same name", async () => {
    const { engine } = setUp();
    const first = engine();
    await first.start("a", silent);
    await assert.rejects(first.start("b", silent), /already running as a/);
    await assert.rejects(engine().start("a", silent), /node a has already joined/);
  });
});
