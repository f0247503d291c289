import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { judge } from "./host-feed.ts";

describe("judging a recovery", () => {
  it("finds it complete when the offsets continue where they stopped", () => {
    const proof = judge([8, 9, 10], 7, true);
    assert.deepEqual(proof.recovered, { first: 8, last: 10 });
    assert.equal(proof.count, 3);
    assert.equal(proof.pageSeesComplete, true);
  });

  it("finds it complete when there was nothing to recover", () => {
    const proof = judge([], 7, true);
    assert.equal(proof.recovered, undefined);
    assert.equal(proof.pageSeesComplete, true);
  });

  it("believes the offsets and not the hub", () => {
    for (const offsets of [
      [9, 10],
      [8, 10],
      [8, 8, 9],
      [7, 8],
    ]) {
      assert.equal(judge(offsets, 7, true).pageSeesComplete, false);
    }
  });

  it("is not complete when the hub says so", () => {
    assert.equal(judge([8, 9], 7, false).pageSeesComplete, false);
  });
});
