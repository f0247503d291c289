import assert from "node:assert/strict";
import { test } from "node:test";
import { connectionsPlan } from "./plan.ts";

test("without options a hundred thousand connect, and only that run is called full", () => {
  const { name, count, deliveriesPerSecond } = connectionsPlan({});
  assert.deepEqual([name, count, deliveriesPerSecond], ["full", 100_000, 50_000]);
  assert.equal(connectionsPlan({ small: true }).name, "2000");
  assert.equal(connectionsPlan({ count: "5000" }).name, "5000");
});

test("a count that is none is refused by its option", () => {
  assert.throws(() => connectionsPlan({ count: "many" }), /--count/);
  assert.throws(() => connectionsPlan({ count: "0" }), /--count/);
});
