import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSlots, type Turn } from "./slots.ts";

const enter = (slots: ReturnType<typeof createSlots>): Turn => {
  const turn = slots.enter();
  assert.ok(turn);
  return turn;
};

describe("slots", () => {
  it("let so many in at once, the next in their order, and refuse beyond the queue", async () => {
    const slots = createSlots({ size: 1, waiting: 2 });
    const first = enter(slots);
    await first.come;
    const order: string[] = [];
    const second = enter(slots);
    const third = enter(slots);
    second.come.then(() => order.push("second"));
    third.come.then(() => order.push("third"));
    assert.equal(slots.enter(), undefined);
    first.leave();
    await second.come;
    assert.deepEqual(order, ["second"]);
    second.leave();
    await third.come;
    assert.deepEqual(order, ["second", "third"]);
  });

  it("pass over who no longer waits", async () => {
    const slots = createSlots({ size: 1, waiting: 2 });
    const first = enter(slots);
    const impatient = enter(slots);
    const third = enter(slots);
    impatient.leave();
    first.leave();
    await third.come;
    third.leave();
    await enter(slots).come;
  });
});
