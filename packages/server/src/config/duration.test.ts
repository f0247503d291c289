import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseDuration } from "./duration.ts";

describe("parseDuration", () => {
  it("reads what Go writes", () => {
    assert.equal(parseDuration("1s"), 1000);
    assert.equal(parseDuration("1h30m"), 5_400_000);
    assert.equal(parseDuration("720h"), 2_592_000_000);
    assert.equal(parseDuration("500ms"), 500);
    assert.equal(parseDuration("1.5s"), 1500);
    assert.equal(parseDuration("0"), 0);
    assert.equal(parseDuration("0s"), 0);
  });

  it("refuses what has no unit, a sign, a space, a foreign unit or no end", () => {
    for (const text of ["", "5", "-1s", "1 s", "1d", "s", ".", ".s", "1s2", "9999999999h", "Infinitys"]) {
      assert.equal(parseDuration(text), undefined, text);
    }
  });

  it("adds the parts of any duration in any order", () => {
    const units = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
    const part = fc.tuple(fc.nat(1000), fc.constantFrom("h", "m", "s", "ms"));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
        const text = parts.map(([count, unit]) => `${count}${unit}`).join("");
        const expected = parts.reduce((sum, [count, unit]) => sum + count * units[unit as keyof typeof units], 0);
        assert.equal(parseDuration(text), expected);
      }),
    );
  });

  it("gives a finite, not negative number or nothing for any text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9.hmsnu]{0,20}$/)), (text) => {
        const ms = parseDuration(text);
        assert.ok(ms === undefined || (Number.isFinite(ms) && ms >= 0));
      }),
    );
  });
});
