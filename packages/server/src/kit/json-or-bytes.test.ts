import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { jsonOrBytes } from "./json-or-bytes.ts";

describe("bytes that may be JSON", () => {
  it("every JSON value becomes its text", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        assert.equal(jsonOrBytes(Buffer.from(text)), text);
      }),
    );
  });

  it("line breaks between tokens go, those in numbers of digits and order of keys stay", () => {
    assert.equal(
      jsonOrBytes(Buffer.from('{\n "b": 1.0,\r\n "a": 12345678901234567890\n}')),
      '{"b":1.0,"a":12345678901234567890}',
    );
  });

  it("whatever is not JSON in UTF-8 stays as it is", () => {
    for (const bytes of [[], [0xff, 0xfe], [0xc3, 0x28], [...Buffer.from("text")], [0xef, 0xbb, 0xbf, 0x31]]) {
      const given = Uint8Array.from(bytes);
      assert.equal(jsonOrBytes(given), given);
    }
  });
});
