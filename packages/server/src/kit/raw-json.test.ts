import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { compactJson, rawElements, rawMember } from "./raw-json.ts";

describe("raw JSON", () => {
  it("keeps numbers, key order and escapes as they were written", () => {
    const text = '{ "a" : 1.0 , "data" : {"2":12345678901234567890,"1":"\\u00e9\\"}"} , "b":[1,{"x":"]"}]}';
    assert.equal(rawMember(text, "a"), "1.0");
    assert.equal(rawMember(text, "data"), '{"2":12345678901234567890,"1":"\\u00e9\\"}"}');
    assert.equal(rawMember(text, "b"), '[1,{"x":"]"}]');
    assert.equal(rawMember(text, "c"), undefined);
  });

  it("takes the last of equal names, and reads escaped names", () => {
    assert.equal(rawMember('{"a":1,"a":2}', "a"), "2");
    assert.equal(rawMember('{"d\\u0061ta":7}', "data"), "7");
  });

  it("reads members and elements of any JSON as JSON.parse does", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(3), (object, indent) => {
        const text = JSON.stringify(object, undefined, indent);
        const parsed = JSON.parse(text) as Record<string, unknown>;
        for (const name of Object.keys(parsed)) {
          assert.deepEqual(JSON.parse(rawMember(text, name) ?? "null"), parsed[name]);
        }
        const list = JSON.stringify(Object.values(object), undefined, indent);
        assert.deepEqual(
          rawElements(list).map((element) => JSON.parse(element)),
          JSON.parse(list),
        );
      }),
    );
  });

  it("compacts to one line without changing the value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 4 }), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        const compact = compactJson(text);
        assert.ok(!compact.includes("\n"));
        assert.deepEqual(JSON.parse(compact), JSON.parse(text));
      }),
    );
  });

  it("ends on any text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          rawMember(text, "a");
        } catch (error) {
          assert.ok(error instanceof SyntaxError);
        }
        rawElements(text);
        compactJson(text);
      }),
    );
  });
});
