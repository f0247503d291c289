import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { applyDelta } from "fossil-delta";
import { createPatch } from "./delta.ts";

const encoder = new TextEncoder();
const long = "The same text before and after, longer than one window of the search. ";

const apply = (before: string, patch: string): string =>
  new TextDecoder().decode(Uint8Array.from(applyDelta(encoder.encode(before), encoder.encode(patch))));

describe("a patch", () => {
  it("between texts never cuts a letter in two, whichever bytes two letters share", () => {
    for (const [one, other] of ["éü", "ñó", "東都", "中丰", "жд", "aé"].map((pair) => [...pair])) {
      for (const [before, after] of [
        [`${long}${one}${long}`, `${long}${other}${long}`],
        [`${one}${long}${one}`, `${other}${long}${other}`],
        [`${long}${one}${one}${long}`, `${long}${one}${other}${one}${long}`],
      ] as const) {
        const patch = createPatch(before, after);
        assert.ok(typeof patch === "string", `${one} ${other}`);
        assert.ok(!patch.includes("\ufffd"));
        assert.equal(apply(before, patch), after);
      }
    }
  });

  it("is as kind as what it patches: bytes between bytes, and none between text and bytes", () => {
    const bytes = encoder.encode(long);
    assert.ok(createPatch(bytes, bytes) instanceof Uint8Array);
    assert.equal(typeof createPatch(long, long), "string");
    assert.equal(createPatch(long, bytes), undefined);
    assert.equal(createPatch(bytes, long), undefined);
  });

  it("is none where it would not be shorter", () => {
    assert.equal(createPatch("", "short"), undefined);
    assert.equal(createPatch(long, ""), undefined);
  });
});
