import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { play } from "./play.ts";
import { type Scenario, sizes } from "./scenario.ts";
import { scenarios } from "./scenarios/index.ts";
import type { Runtime } from "./server-node.ts";
import { brokenPromises } from "./verdict.ts";

/** The short form of `npm run bench -- chaos`: against real processes of the hub, and of Redis (redis-server). */
describe("chaos", () => {
  for (const scenario of scenarios.filter(({ short }) => short)) promise(scenario, "bun");
  for (const scenario of scenarios.filter(({ name }) => name === "node-killed")) promise(scenario, "node");
});

function promise(scenario: Scenario, runtime: Runtime): void {
  it(`${scenario.about}, on ${runtime}: whoever misses anything is told`, async () => {
    const outcome = await play(scenario, { runtime, size: sizes.short });
    assert.deepEqual(brokenPromises(scenario, outcome), [], outcome.faults.join("\n"));
    assert.ok(outcome.delivered > outcome.acknowledged, "every channel has more than one subscriber");
  });
}
