import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Load } from "./load.ts";
import { kpiPlan } from "./plan.ts";
import { latencySheet, loadSheet } from "./sheets.ts";

const plan = kpiPlan({});

const load = (megabytes: number, kilobytes: number, more: Partial<Load> = {}): Load => ({
  idle: { resident: 50e6, live: 10e6 },
  connected: { resident: megabytes * 1e6, live: 20e6 },
  perConnection: { resident: kilobytes * 1e3, live: 5e3 },
  deliveriesPerSecond: 20_000,
  isWhole: true,
  connections: plan.moreConnections,
  ...more,
});

describe("the sheets of the KPI", () => {
  it("judge by the share of 99 in 100, waits included", () => {
    const times = (all: number, own: number) => ({ all: [all], own: [own] });
    const four = (one: ReturnType<typeof times>) => ({ webSocket: one, polling: one, ack: one, update: one });
    const calls = { register: [4.9], publish: [5], emit: [0.1] };
    const { rows } = latencySheet(calls, four(times(49, 1)), four(times(1, 1)));
    assert.deepEqual(
      rows.map((row) => row[4]),
      ["yes", "no", "yes", "yes", "yes", "no", "no"],
    );
    assert.deepEqual(rows[3]?.slice(2), ["49.0, 49.0, 49.0", "1.0, 1.0, 1.0", "yes", "1.0, 1.0, 1.0", "1.0, 1.0, 1.0"]);
  });

  it("show what is reached, with another setting and without us", () => {
    const others = [load(100, 20), load(120, 30)];
    const { rows } = loadSheet([load(133, 51), ...others], plan, "--flag");
    assert.deepEqual(
      rows.map((row) => row[3]),
      ["yes", "yes", "no", null, "yes", null],
    );
    assert.deepEqual(rows[4]?.slice(1), ["≤ 133", 133, "yes", 100, 120]);
    const worse = load(134, 50, { connections: plan.moreConnections - 1 });
    assert.deepEqual(
      loadSheet([worse, ...others], plan, "--flag").rows.map((row) => row[3]),
      ["yes", "no", "yes", null, "no", null],
    );
  });
});
