import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { stepOf } from "./gap.ts";

const position = { offset: 7, epoch: "a" };

describe("gap detection", () => {
  it("takes whatever comes first where nothing was delivered yet", () => {
    assert.equal(stepOf(undefined, 1, "a"), "next");
    assert.equal(stepOf(undefined, 900, "b"), "next");
  });

  it("takes the offset that follows, skips what is known, and sees what is missing", () => {
    assert.equal(stepOf(position, 8, "a"), "next");
    assert.equal(stepOf(position, 7, "a"), "stale");
    assert.equal(stepOf(position, 1, "a"), "stale");
    assert.equal(stepOf(position, 9, "a"), "gap");
  });

  it("sees another life of the stream before it looks at the offset", () => {
    for (const offset of [1, 7, 8, 9]) assert.equal(stepOf(position, offset, "b"), "new-epoch");
  });
});
