import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { fromGoRegex } from "./go-regex.ts";

describe("fromGoRegex", () => {
  it("leaves alone what both languages share", () => {
    for (const source of ["", "^[0-9]+$", "a\\.b", "\\\\A", "(?:x|y){2,3}", "[a-z:]+"]) {
      assert.equal(fromGoRegex(source), source);
    }
  });

  it("translates named groups and the ends of the text", () => {
    assert.equal(fromGoRegex("\\A(?P<realm>[a-z]+)\\z"), "^(?<realm>[a-z]+)$");
  });

  it("refuses what JavaScript would silently read as something else", () => {
    for (const source of ["[[:alpha:]]", "\\pL", "\\PL", "\\Qa.b\\E", "\\a", "(?i)a", "(", "[[:^digit:]x]"]) {
      assert.equal(fromGoRegex(source), undefined, source);
    }
  });

  it("gives a source that compiles, or nothing, for any text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\\(?P<>[\]:azAQE^$|*+.]{0,12}$/)), (text) => {
        const source = fromGoRegex(text);
        if (source !== undefined) new RegExp(source);
      }),
    );
  });
});
