import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { countOffsets, createOffsetLedger } from "./offset-ledger.ts";

describe("offset ledger", () => {
  it("says that nothing is missing when every offset came once and in order", () => {
    const ledger = createOffsetLedger(10);
    ledger.restart(40);
    for (let offset = 41; offset <= 60; offset++) ledger.receive(offset, offset > 50);
    const report = ledger.report();
    assert.deepEqual(report.seen, { first: 41, last: 60 });
    assert.equal(report.received, 20);
    assert.deepEqual(report.missing, []);
    assert.equal(report.disorder, 0);
    assert.equal(report.recent.length, 10);
    assert.ok(report.recent.every((entry) => entry.kind === "recovered"));
  });

  it("names a gap and puts it into the strip", () => {
    const ledger = createOffsetLedger(10);
    for (const offset of [1, 2, 5, 6]) ledger.receive(offset, false);
    const report = ledger.report();
    assert.deepEqual(report.missing, [{ first: 3, last: 4 }]);
    assert.deepEqual(
      report.recent.map((entry) => entry.kind),
      ["live", "live", "missing", "missing", "live", "live"],
    );
  });

  it("counts a repeated and a late offset as disorder, not as progress", () => {
    const ledger = createOffsetLedger(10);
    for (const offset of [1, 2, 2, 4, 3]) ledger.receive(offset, false);
    assert.equal(ledger.report().disorder, 2);
    assert.deepEqual(ledger.report().seen, { first: 1, last: 4 });
  });

  it("starts over with a new epoch", () => {
    const ledger = createOffsetLedger(10);
    ledger.receive(900, false);
    ledger.restart(0);
    ledger.receive(1, false);
    assert.deepEqual(ledger.report().missing, []);
    assert.deepEqual(ledger.report().seen, { first: 1, last: 1 });
  });

  it("notices when the very first publication after the subscription is missing", () => {
    const ledger = createOffsetLedger(10);
    ledger.restart(7);
    ledger.receive(9, false);
    assert.deepEqual(ledger.report().missing, [{ first: 8, last: 8 }]);
  });

  it("finds exactly the offsets that were left out, whatever they are", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 300 }), fc.nat(), (kept, start) => {
        const ledger = createOffsetLedger(16);
        ledger.restart(start);
        const offsets = kept.flatMap((keep, i) => (keep ? [start + 1 + i] : []));
        for (const offset of offsets) ledger.receive(offset, false);
        const { seen, missing, received } = ledger.report();
        const span = seen ? seen.last - seen.first + 1 : 0;
        assert.equal(countOffsets(missing), span - received);
        for (const range of missing) {
          for (let offset = range.first; offset <= range.last; offset++) assert.ok(!offsets.includes(offset));
        }
      }),
    );
  });
});
