import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createCounterRate, readHubMetrics } from "./hub-metrics.ts";

describe("hub metrics", () => {
  it("sums a metric over its labels and leaves out names that only begin alike", () => {
    const text = [
      "# HELP altavoz_deliveries_total Publications handed to subscribers.",
      "# TYPE altavoz_deliveries_total counter",
      'altavoz_deliveries_total{tenant="demo"} 40',
      'altavoz_deliveries_total{tenant="a } b"} 2 1700000000000',
      "altavoz_deliveries_total_created 999",
      "active_connections 3",
      "process_resident_memory_bytes 5.5e+07",
    ].join("\n");
    assert.deepEqual(readHubMetrics(text), { deliveries: 42, connections: 3, rss: 55_000_000 });
  });

  it("gives finite numbers for any text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { deliveries } = readHubMetrics(`altavoz_deliveries_total${text}`);
        assert.ok(Number.isFinite(deliveries));
      }),
    );
  });
});

describe("counter rate", () => {
  it("is the growth per second, also over a restart of the counter", () => {
    const rate = createCounterRate();
    assert.equal(rate(100, 1), 0);
    assert.equal(rate(150, 2), 50);
    assert.equal(rate(20, 4), 10);
  });
});
