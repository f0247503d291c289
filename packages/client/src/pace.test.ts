import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createVirtualClock } from "../../server/src/testing.ts";
import { batch, latestOnly, throttle } from "./pace.ts";

describe("throttle", () => {
  it("hands over the first value at once, then the newest of each pause, and the last one always", () => {
    const clock = createVirtualClock();
    const heard: number[] = [];
    const listener = throttle((n: number) => heard.push(n), 100, clock);
    for (const n of [1, 2, 3]) listener(n);
    assert.deepEqual(heard, [1]);
    clock.advance(100);
    assert.deepEqual(heard, [1, 3]);
    clock.advance(50);
    listener(4);
    assert.deepEqual(heard, [1, 3]);
    clock.advance(50);
    assert.deepEqual(heard, [1, 3, 4]);
    clock.advance(1_000);
    listener(5);
    assert.deepEqual(heard, [1, 3, 4, 5]);
  });

  it("flushes what waits at once, and forgets it when it is cancelled", () => {
    const clock = createVirtualClock();
    const heard: number[] = [];
    const listener = throttle((n: number) => heard.push(n), 100, clock);
    for (const n of [1, 2]) listener(n);
    listener.flush();
    assert.deepEqual(heard, [1, 2]);
    listener(3);
    listener.cancel();
    clock.advance(1_000);
    assert.deepEqual(heard, [1, 2]);
    listener(4);
    assert.deepEqual(heard, [1, 2, 4]);
  });
});

describe("batch", () => {
  it("hands over what came together, in order, and earlier when it is full", () => {
    const clock = createVirtualClock();
    const heard: (readonly number[])[] = [];
    const listener = batch((values: readonly number[]) => heard.push(values), { ms: 100, max: 3, clock });
    for (const n of [1, 2]) listener(n);
    assert.deepEqual(heard, []);
    clock.advance(100);
    for (const n of [3, 4, 5, 6]) listener(n);
    assert.deepEqual(heard, [
      [1, 2],
      [3, 4, 5],
    ]);
    listener.flush();
    assert.deepEqual(heard.at(-1), [6]);
    listener(7);
    listener.cancel();
    clock.advance(1_000);
    assert.equal(heard.length, 3);
  });
});

describe("latest only", () => {
  it("runs once at a time, and goes on with the newest value, also after an error", async (test) => {
    const reported =
      "reportError" in globalThis
        ? test.mock.method(globalThis, "reportError", () => {})
        : test.mock.method(console, "error", () => {});
    const runs: number[] = [];
    const ends: ((error?: Error) => void)[] = [];
    const show = latestOnly((n: number) => {
      runs.push(n);
      return new Promise<void>((resolve, reject) => ends.push((error) => (error ? reject(error) : resolve())));
    });
    for (const n of [1, 2, 3]) show(n);
    assert.deepEqual(runs, [1]);
    ends[0]?.(new Error("could not be shown"));
    await new Promise(setImmediate);
    assert.deepEqual([runs, reported.mock.callCount()], [[1, 3], 1]);
    ends[1]?.();
    await new Promise(setImmediate);
    show(4);
    assert.deepEqual(runs, [1, 3, 4]);
  });
});
