import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { matchesGlob } from "./glob.ts";

/** The same question asked of a regular expression. */
function byRegex(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[^]*")
    .replaceAll("?", "[^]");
  return new RegExp(`^${source}$`).test(text);
}

describe("glob", () => {
  it("takes * for any run of characters and ? for exactly one", () => {
    for (const [pattern, text] of [
      ["", ""],
      ["*", ""],
      ["*", "anything: at all"],
      ["chat:*", "chat:"],
      ["chat:?", "chat:1"],
      ["*:1", "a:b:1"],
      ["a*b*c", "a-b-b-c"],
    ] as const)
      assert.ok(matchesGlob(pattern, text), `${pattern} should match ${text}`);
    for (const [pattern, text] of [
      ["", "a"],
      ["?", ""],
      ["chat:?", "chat:12"],
      ["chat", "chat:1"],
      ["a*b", "a-b-c"],
      ["A", "a"],
    ] as const)
      assert.ok(!matchesGlob(pattern, text), `${pattern} should not match ${text}`);
  });

  it("gives no other character a meaning", () => {
    for (const text of ["[ab]", "{a,b}", "a\\*", "^a$", "(a|b)+", "."]) {
      assert.ok(matchesGlob(text, text), text);
      assert.ok(!matchesGlob(text, "a"), text);
    }
  });

  it("agrees with a regular expression on any pattern and text", () => {
    const pattern = fc.string({ unit: fc.constantFrom("a", "b", ":", "*", "?", "."), maxLength: 10 });
    const text = fc.string({ unit: fc.constantFrom("a", "b", ":", "*", ".", "\n"), maxLength: 12 });
    fc.assert(
      fc.property(pattern, text, (p, t) => {
        assert.equal(matchesGlob(p, t), byRegex(p, t));
      }),
      { numRuns: 2_000 },
    );
  });

  it("answers for long hostile patterns at once", () => {
    const started = performance.now();
    const text = "a".repeat(2_000);
    assert.ok(!matchesGlob(`${"a*".repeat(500)}b`, text));
    assert.ok(!matchesGlob(`${"*a?".repeat(500)}*b`, text));
    assert.ok(matchesGlob("*".repeat(10_000), text));
    assert.ok(performance.now() - started < 1_000);
  });
});
