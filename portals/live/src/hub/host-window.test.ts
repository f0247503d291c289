import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createHostWindow, type HostSample, readHostMetrics, recoveredBands } from "./host-window.ts";

const metrics = {
  cores: [0.5, 0.25],
  memory: { used: 1, total: 2 },
  load: [1, 2, 3],
  hub: { deliveriesPerSecond: 4, connections: 1, rss: 5 },
};
const sample = (at: number, recovered = false): HostSample => ({ ...metrics, at, recovered });

describe("host window", () => {
  it("keeps one minute and ignores what is not newer", () => {
    const window = createHostWindow();
    for (const at of [0, 30, 30, 10, 61]) window.add(sample(at));
    assert.deepEqual(
      window.samples.map(({ at }) => at),
      [30, 61],
    );
  });

  it("joins neighbouring recovered samples into one band that begins where the line stopped", () => {
    const samples = [sample(1), sample(2, true), sample(3, true), sample(4), sample(5, true)];
    assert.deepEqual(recoveredBands(samples), [
      { from: 1, to: 3 },
      { from: 4, to: 5 },
    ]);
  });
});

describe("host metrics", () => {
  it("are read from what the publisher sends", () => {
    assert.deepEqual(readHostMetrics({ type: "metrics_update", sentAt: 7, data: metrics }), { sentAt: 7, metrics });
  });

  it("are undefined for anything else that a key holder may publish", () => {
    for (const data of [null, [], { type: "metrics_update", sentAt: 7, data: { ...metrics, cores: ["1"] } }]) {
      assert.equal(readHostMetrics(data), undefined);
    }
    fc.assert(fc.property(fc.anything(), (data) => readHostMetrics(data) === undefined));
  });
});
