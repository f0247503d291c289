import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createLinearRegex, RegexError } from "./linear-regex.ts";

const atom = fc.constantFrom("a", "b", "0", ".", "\\d", "\\w", "\\.", "[ab]", "[^a]", "[a-c_]", "\\-", "[\\d.]");
const { expression } = fc.letrec<{ expression: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    { maxDepth: 2 },
    atom,
    tie("expression").map((inner) => `(${inner})`),
    tie("expression").map((inner) => `(?:${inner})`),
  ),
  expression: fc
    .array(fc.tuple(tie("atom"), fc.constantFrom("", "", "*", "+", "?", "{2}", "{1,2}", "{0,}", "*?")), {
      maxLength: 3,
    })
    .chain((parts) =>
      fc.constantFrom("", "|b", "|").map((end) => parts.map(([each, count]) => each + count).join("") + end),
    ),
}));
const text = fc.string({ unit: fc.constantFrom("a", "b", "c", "0", ".", "_", "-"), maxLength: 6 });

describe("linear regex", () => {
  it("fits what JavaScript's own expressions fit as a whole", () => {
    fc.assert(
      fc.property(expression, text, (source, name) => {
        let regex: ReturnType<typeof createLinearRegex>;
        try {
          regex = createLinearRegex(source);
        } catch (error) {
          assert.ok(error instanceof RegexError && error.message.startsWith("longer than"), String(error));
          return;
        }
        assert.equal(regex.test(name), new RegExp(`^(?:${source})$`).test(name), `/${source}/ on ${name}`);
      }),
      { numRuns: 500 },
    );
  });

  it("understands the spelling of Go and of JavaScript", () => {
    for (const [source, name, expected] of [
      ["posts_[\\d]+", "posts_12", true],
      ["posts_[\\d]+", "posts_12x", false],
      ["^posts_[0-9]+$", "posts_1", true],
      ["\\Aposts\\z", "posts", true],
      ["(?P<kind>news|chat):(?<id>\\w+)", "chat:1", true],
      ["a{2,3}", "aaaa", false],
      ["a{2,3}", "aaa", true],
      ["a{0}b", "b", true],
      ["[a\\]-]", "]", true],
      ["[a-]", "-", true],
      ["[]a]", "]", true],
      ["é+", "éé", true],
      [".", "😀", true],
      ["{", "{", true],
      ["", "", true],
      ["", "a", false],
      ["a|", "", true],
      ["(a*)*b", "aaab", true],
    ] as const)
      assert.equal(createLinearRegex(source).test(name), expected, `/${source}/ on ${name}`);
  });

  it("refuses what it does not understand, with the reason", () => {
    for (const [source, message] of [
      ["(", 'a "(" without a ")"'],
      ["a)", 'a ")" without a "("'],
      ["[a", "ends too early"],
      ["\\", "ends too early"],
      ["*a", 'nothing for "*" to repeat'],
      ["a**", "a repetition of a repetition"],
      ["(?=a)", "look-around and flags are not understood"],
      ["(?<!a)", "look-around and flags are not understood"],
      ["(?i)a", "look-around and flags are not understood"],
      ["(a)\\1", "\\1 is not understood"],
      ["\\bx", "\\b is not understood"],
      ["\\pL", "\\p is not understood"],
      ["[[:alpha:]]", "classes such as [:alpha:] are not understood"],
      ["[z-a]", "z-a is no range"],
      ["a{3,2}", "{3,2} ends before it begins"],
      ["a".repeat(257), "longer than 256 characters"],
      ["((a{20}){20}){20}", "longer than 256 steps with its repetitions written out"],
      ["a{9999}", "longer than 256 steps with its repetitions written out"],
    ] as const)
      assert.throws(
        () => createLinearRegex(source),
        (error: Error) => error instanceof RegexError && error.message === message,
        source,
      );
  });

  it("makes of any text an expression or a RegexError", () => {
    const source = fc.string({ unit: fc.constantFrom(..."ab\\()[]{}|*+?^$.,0-9:P<>=!é"), maxLength: 30 });
    fc.assert(
      fc.property(source, text, (written, name) => {
        try {
          createLinearRegex(written).test(name);
        } catch (error) {
          assert.ok(error instanceof RegexError, String(error));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("is not slowed down by expressions that make others try for ever", () => {
    const name = `${"a".repeat(254)}!`;
    const started = performance.now();
    for (const source of ["(a+)+b", "(a|a)*b", "(a*)*(a*)*(a*)*b", "(.*a){60}", "(a?){80}a{80}", "a*a*a*a*a*a*b"])
      createLinearRegex(source).test(name);
    const ms = performance.now() - started;
    assert.ok(ms < 2_000, `took ${ms} ms`);
  });
});
