import assert from "node:assert/strict";
import { test } from "node:test";
import { forgive } from "./forgive.ts";

test("what does not come counts as arrived once nothing comes any more, and not before", async () => {
  const crowd = { size: 10, deliveries: 7, arrived: () => Promise.reject(new Error("not asked")) };
  const audience = forgive(crowd, async () => {
    if (crowd.deliveries < 9) crowd.deliveries++;
  });
  await audience.arrived(7);
  assert.equal(audience.deliveries, 7);
  await audience.arrived(20);
  assert.equal(crowd.deliveries, 9);
  assert.equal(audience.deliveries, 20);
  crowd.deliveries += 10;
  assert.equal(audience.deliveries, 30);
});
