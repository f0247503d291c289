import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createFindings } from "../measure/findings.ts";
import type { Cost } from "./broadcast.ts";
import type { Result, Results } from "./compare.ts";
import type { KindId } from "./kinds.ts";
import { aimSheet, broadcastSheet, connectionSheet } from "./sheets.ts";

const result = (label: string, kilobytes: number, broadcasts: Partial<Record<KindId, readonly number[]>>): Result => ({
  label,
  broadcasts: new Map(
    Object.entries(broadcasts).map(([id, costs]): [KindId, Cost[]] => [
      id as KindId,
      costs.map((cpu) => ({ cpu, arrived: 0.5 })),
    ]),
  ),
  connect: 100,
  memory: kilobytes * 1_024,
  findings: createFindings(),
});

const results: Results = {
  floor: result("floor", 2, { room: [5, 0.5] }),
  ours: result("ours", 12, { room: [6, 0.6], volatile: [6, 1] }),
  rival: result("rival", 30, { room: [12, 12], volatile: [12, 12] }),
  others: [result("other", 9, {})],
};

describe("the sheets of a contest", () => {
  it("hold each broadcast against the floor's to a room, and the rival's against ours", () => {
    const { head, rows } = broadcastSheet(results, 1_000);
    assert.deepEqual(head.slice(1, 7), ["floor", "ours", "other", "rival", "ours ÷ floor", "rival ÷ ours"]);
    assert.deepEqual(rows, [
      ["to a room, 1 in flight", 5, 6, null, 12, "1.20×", "2.00×", "all"],
      ["to a room, 32 in flight", 0.5, 0.6, null, 12, "1.20×", "20.0×", "all"],
      ["volatile, 1 in flight", null, 6, null, 12, "1.20×", "2.00×", "50 %, 50 %"],
      ["volatile, 32 in flight", null, 1, null, 12, "2.00×", "12.0×", "50 %, 50 %"],
    ]);
  });

  it("say of each aim whether it was met", () => {
    const { rows } = aimSheet(results, { timesRival: 20, timesFloor: 1.3, kilobytes: 12 });
    const verdicts = rows.map(([, , reached, met]) => [reached, met]);
    assert.deepEqual(verdicts, [
      ["20.0×", "yes"],
      ["1.20×", "yes"],
      ["12.0×", "no"],
      ["2.00×", "no"],
      [12, "yes"],
      [9, "yes"],
    ]);
  });

  it("never call an aim met that was not measured", () => {
    const unknown = { ...results, floor: result("floor", 2, {}), rival: result("rival", 3, {}) };
    const { rows } = aimSheet(unknown, { timesRival: 20, timesFloor: 1.3 });
    assert.deepEqual(new Set(rows.map(([, , reached, met]) => `${reached} ${met}`)), new Set(["null no"]));
  });

  it("leave out what arrived where everything has to", () => {
    const ours = result("ours", 1, { room: [6, 0.6] });
    assert.equal(broadcastSheet({ ...results, ours }, 1).head.at(-1), "rival ÷ ours");
  });

  it("show memory in KB", () => {
    assert.deepEqual(connectionSheet(results).rows[1]?.slice(1), [2, 12, 9, 30]);
  });
});
