import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createVirtualClock } from "../kit/virtual-clock.ts";
import { createWheel } from "../kit/wheel.ts";
import { Departures } from "./departures.ts";

const WITHIN_MS = 2_000;

function setUp() {
  const clock = createVirtualClock();
  const left: { one: number; at: number }[] = [];
  const departures = new Departures<number>({
    wheel: createWheel(clock),
    clock,
    withinMs: WITHIN_MS,
    leave: (one) => left.push({ one, at: clock.monotonic() }),
  });
  return { clock, departures, left };
}

describe("departures", () => {
  it("makes a few not wait at all, also when they come one after the other", () => {
    const { clock, departures, left } = setUp();
    for (let one = 0; one < 100; one++) {
      if (one % 10 === 0) clock.advance(100);
      departures.add(one);
      assert.equal(left.length, one + 1);
    }
  });

  it("spreads many over the time that is given, in their order, and none waits longer", () => {
    const { clock, departures, left } = setUp();
    const count = 10_000;
    for (let one = 0; one < count; one++) departures.add(one);
    assert.ok(left.length > 0 && left.length < count / 100, `${left.length} left at once`);
    clock.advance(WITHIN_MS / 2);
    assert.ok(Math.abs(left.length - count / 2) < count / 10, `${left.length} in half of the time`);
    clock.advance(WITHIN_MS / 2);
    assert.deepEqual(
      left.map(({ one }) => one),
      Array.from({ length: count }, (_, one) => one),
    );
  });

  it("keeps the time of the first when more come while they leave", () => {
    const { clock, departures, left } = setUp();
    const added = new Map<number, number>();
    for (let one = 0; one < 6_000; one++) {
      if (one % 500 === 0) clock.advance(150);
      added.set(one, clock.monotonic());
      departures.add(one);
    }
    clock.advance(WITHIN_MS);
    assert.equal(left.length, 6_000);
    for (const { one, at } of left) assert.ok(at - (added.get(one) ?? 0) <= WITHIN_MS, `${one} waited too long`);
  });

  it("forgets one who left by itself", () => {
    const { clock, departures, left } = setUp();
    for (let one = 0; one < 100; one++) departures.add(one);
    departures.delete(99);
    clock.advance(WITHIN_MS);
    assert.equal(left.length, 99);
  });
});
