import assert from "node:assert/strict";
import { describe } from "node:test";
import fc from "fast-check";
import { applyDelta } from "fossil-delta";
import { createPatch } from "./delta.ts";
import { fuzz, spoiledBytes, spoiledText } from "./fuzz.fixture.ts";

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
/** A text and a later state of it. */
const texts = fc.oneof(
  { weight: 1, arbitrary: fc.tuple(text, text) },
  {
    weight: 4,
    arbitrary: text.chain((before) =>
      fc.tuple(
        fc.constant(before),
        spoiledText(fc.constant(before)).map((after) => after.toWellFormed()),
      ),
    ),
  },
  // One letter in place of another: the bytes that both begin with stay.
  {
    weight: 3,
    arbitrary: fc
      .tuple(text, letter, letter, text)
      .map(([start, one, other, end]) => [start + one + end, start + other + end] as [string, string]),
  },
);

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  text.map((each) => encoder.encode(each)),
);
const byteStates = fc.oneof(
  { weight: 1, arbitrary: fc.tuple(bytes, bytes) },
  { weight: 4, arbitrary: bytes.chain((before) => fc.tuple(fc.constant(before), spoiledBytes(fc.constant(before)))) },
);

describe("patches", () => {
  fuzz("between any two texts are texts that make the later one of the earlier", texts, ([before, after]) => {
    const patch = createPatch(before, after);
    if (patch === undefined) return "whole";
    assert.ok(typeof patch === "string" && patch.isWellFormed());
    const written = encoder.encode(patch);
    assert.ok(written.length < encoder.encode(after).length);
    assert.equal(decoder.decode(patched(encoder.encode(before), written)), after);
    return "patched";
  });

  fuzz("between any bytes make the later ones of the earlier", byteStates, ([before, after]) => {
    const patch = createPatch(before, after);
    if (patch === undefined) return "whole";
    assert.ok(typeof patch !== "string" && patch.length < after.length);
    assert.deepEqual(patched(before, patch), after);
    return "patched";
  });
});
