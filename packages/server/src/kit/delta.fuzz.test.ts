import assert from "node:assert/strict";
import { describe } from "node:test";
import fc from "fast-check";
import { applyDelta } from "fossil-delta";
import { createPatch } from "./delta.ts";
import { fuzz, fuzzSpoiled, spoilBytes, spoilText } from "./fuzz.fixture.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What the official clients do with a patch. */
const patched = (before: Uint8Array, patch: Uint8Array): Uint8Array => Uint8Array.from(applyDelta(before, patch));

/** Letters of one to four bytes, many of which begin with the same byte. */
const letter = fc.constantFrom(..."abé èêëñüßøΩ東京都中丰丱🛰🛱🚀", "\u{1f468}", "\u0300", "\ufeff", "\u2028");
const phrase = fc.oneof(
  fc.string({ unit: letter, maxLength: 40 }),
  fc.constantFrom("São Paulo — 東京 🛰️ ".repeat(4), "0123456789abcdef".repeat(5), "ñ".repeat(60), "東".repeat(40)),
);
const text = fc.array(phrase, { maxLength: 5 }).map((phrases) => phrases.join(""));
/** Two texts of which one letter differs: the bytes that both letters begin with stay. */
const exchanged = fc
  .tuple(text, letter, letter, text)
  .map(([start, one, other, end]) => [start + one + end, start + other + end] as const);
const texts = fc.oneof(fc.tuple(text, text), exchanged);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  text.map((each) => encoder.encode(each)),
);

function betweenTexts([before, after]: readonly [string, string]): string {
  const patch = createPatch(before, after);
  if (patch === undefined) return "whole";
  assert.ok(typeof patch === "string" && patch.isWellFormed());
  const written = encoder.encode(patch);
  assert.ok(written.length < encoder.encode(after).length);
  assert.equal(decoder.decode(patched(encoder.encode(before), written)), after);
  return "patched";
}

describe("patches", () => {
  fuzz("between any two texts are texts that make the later one of the earlier", texts, betweenTexts);

  fuzzSpoiled(
    "between two states of a text make the later one of the earlier",
    { right: text, spoil: (before, ids) => [before, spoilText(before, ids).toWellFormed()] as const },
    betweenTexts,
  );

  fuzzSpoiled(
    "between two states of some bytes make the later ones of the earlier",
    { right: bytes, spoil: (before, ids) => [before, spoilBytes(before, ids)] as const },
    ([before, after]) => {
      const patch = createPatch(before, after);
      if (patch === undefined) return "whole";
      assert.ok(typeof patch !== "string" && patch.length < after.length);
      assert.deepEqual(patched(before, patch), after);
      return "patched";
    },
  );
});
