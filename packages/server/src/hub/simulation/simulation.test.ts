import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { simulate } from "./simulation.fixture.ts";

describe("simulation", () => {
  for (const seed of [1, 2, 3]) {
    it(`whatever is lost is repaired or admitted, nothing comes twice or out of order: story ${seed}`, async () => {
      const report = await simulate({ seed, steps: 6_000 });
      for (const [what, count] of Object.entries(report)) assert.ok(count > 0, `a story without ${what} proves little`);
    });
  }

  it("one seed gives one story", async () => {
    assert.deepEqual(await simulate({ seed: 4, steps: 2_000 }), await simulate({ seed: 4, steps: 2_000 }));
  });
});
