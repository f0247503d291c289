import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createLatencyWindow } from "./latency-window.ts";

describe("latency window", () => {
  it("summarises the latest measurements only", () => {
    const window = createLatencyWindow(20);
    assert.equal(window.summary(), undefined);
    for (let ms = 1; ms <= 30; ms++) window.add(ms);
    assert.deepEqual(window.summary(), { last: 30, median: 20, p95: 29 });
  });
});
