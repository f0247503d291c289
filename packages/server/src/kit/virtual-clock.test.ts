import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createVirtualClock } from "./virtual-clock.ts";

describe("virtual clock", () => {
  it("runs what falls due in the order of time, then of creation, and shows each its own moment", () => {
    const clock = createVirtualClock(1_000);
    const seen: string[] = [];
    const note = (name: string) => () => seen.push(`${name} ${clock.now()}`);
    clock.after(20, note("second"));
    clock.after(10, note("first"));
    clock.after(20, note("third"));
    clock.after(31, note("not yet"));
    clock.advance(30);
    assert.deepEqual(seen, ["first 1010", "second 1020", "third 1020"]);
    assert.deepEqual([clock.now(), clock.monotonic()], [1_030, 30]);
  });

  it("runs what a task adds when it falls due in the same advance", () => {
    const clock = createVirtualClock();
    const seen: number[] = [];
    clock.after(10, () => clock.after(10, () => seen.push(clock.monotonic())));
    clock.advance(20);
    assert.deepEqual(seen, [20]);
  });

  it("repeats a task until it is ended, also from within", () => {
    const clock = createVirtualClock();
    const seen: number[] = [];
    const end = clock.every(10, () => {
      seen.push(clock.monotonic());
      if (seen.length === 3) end();
    });
    clock.advance(100);
    assert.deepEqual(seen, [10, 20, 30]);
  });

  it("does not run what was cancelled", () => {
    const clock = createVirtualClock();
    const cancel = clock.after(10, () => assert.fail("ran"));
    cancel();
    clock.advance(100);
  });

  it("runs the next turn only when told to, with what its tasks add", () => {
    const clock = createVirtualClock();
    const seen: string[] = [];
    clock.nextTurn(() => {
      seen.push("first");
      clock.nextTurn(() => seen.push("second"));
    });
    clock.advance(1_000);
    assert.deepEqual(seen, []);
    clock.turn();
    assert.deepEqual(seen, ["first", "second"]);
  });
});
