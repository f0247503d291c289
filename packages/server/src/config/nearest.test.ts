import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { nearest } from "./nearest.ts";

const words = ["allowed_origins", "ping_interval", "presence", "port"];

describe("nearest", () => {
  it("finds the word that was meant", () => {
    assert.equal(nearest("alowed_origin", words), "allowed_origins");
    assert.equal(nearest("prot", words), "port");
    assert.equal(nearest("presense", words), "presence");
    assert.equal(nearest("PING-INTERVAL", words), "ping_interval");
  });

  it("finds nothing when nothing is close", () => {
    assert.equal(nearest("zzzzzz", words), undefined);
    assert.equal(nearest("", words), undefined);
    assert.equal(nearest("x".repeat(10_000), words), undefined);
    assert.equal(nearest("port", []), undefined);
  });

  it("finds any word of the list from itself with one letter lost", () => {
    fc.assert(
      fc.property(fc.constantFrom(...words), fc.nat(), (word, seed) => {
        const at = seed % word.length;
        assert.equal(nearest(word.slice(0, at) + word.slice(at + 1), words), word);
      }),
    );
  });
});
