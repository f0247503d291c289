import assert from "node:assert/strict";
import { test } from "node:test";
import { planFleet, type Resources, shortcomings } from "./limits.ts";

const resources: Resources = { files: 20_000, freeBytes: 20e9, ports: 28_232, tracked: undefined };

test("a hundred thousand connections need six processes of twenty thousand files", () => {
  const fleet = planFleet(100_000, resources);
  assert.deepEqual(fleet, { processes: 6, perProcess: 16_667 });
  assert.deepEqual(shortcomings(100_000, fleet, resources), []);
});

test("few connections are split over two processes, so that they can come back at the other", () => {
  assert.deepEqual(planFleet(2_000, resources), { processes: 2, perProcess: 1_000 });
});

test("whatever there is too little of is named", () => {
  const scarce: Resources = { files: 1_024, freeBytes: 1e9, ports: 10_000, tracked: 65_536 };
  const found = shortcomings(100_000, planFleet(100_000, scarce, 6), scarce).join("\n");
  for (const word of ["files", "memory", "ports", "firewall"]) assert.match(found, new RegExp(word));
});
