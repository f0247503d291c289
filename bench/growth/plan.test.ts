import assert from "node:assert/strict";
import { test } from "node:test";
import { growthPlan } from "./plan.ts";

test("the patience of a step is a number of seconds", () => {
  assert.equal(growthPlan({}).stepSeconds, 30);
  assert.equal(growthPlan({ patience: "200", quick: true }).stepSeconds, 200);
  assert.throws(() => growthPlan({ patience: "long" }), /--patience/);
});
