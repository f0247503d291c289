import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseJson } from "./parse-json.ts";

describe("JSON of the editor", () => {
  it("gives back every value that was written as JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        assert.deepEqual(parseJson(text), { valid: true, value: JSON.parse(text) });
      }),
    );
  });

  it("never throws, and names a place inside the text when it names one", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const parsed = parseJson(text);
        if (parsed.valid || !parsed.at) return;
        assert.ok(parsed.at.line >= 1 && parsed.at.line <= text.split("\n").length);
        assert.ok(parsed.at.column >= 1);
      }),
    );
  });
});
