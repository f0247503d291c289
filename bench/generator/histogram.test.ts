import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { percentile } from "../measure/statistics.ts";
import { Histogram } from "./histogram.ts";

test("a percentile is never below the exact one and at most two percent above it", () => {
  const values = fc.array(fc.double({ min: 0.02, max: 100_000, noNaN: true }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(values, fc.constantFrom(0.5, 0.95, 0.99, 1), (all, share) => {
      const histogram = new Histogram();
      for (const value of all) histogram.add(value);
      const exact = percentile(all, share) ?? Number.NaN;
      const found = histogram.percentile(share) ?? Number.NaN;
      assert.ok(found >= exact * 0.999_999 && found <= exact * 1.021, `${found} for ${exact}`);
    }),
  );
});

test("histograms of several processes add up", () => {
  const one = new Histogram();
  const other = new Histogram();
  one.add(1);
  other.add(100);
  other.add(100);
  const sum = new Histogram(one.counts);
  sum.addAll(other.counts);
  assert.equal(sum.total, 3);
  assert.equal(one.total, 1);
  assert.ok((sum.percentile(0.9) ?? 0) > 99);
  assert.equal(new Histogram().percentile(0.5), undefined);
});
