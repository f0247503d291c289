import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { JsonFault, parseJson, splitJson } from "./json-scan.ts";

const accepts = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** JSON text with a piece cut out or put in. */
const damaged = fc
  .tuple(
    fc.jsonValue(),
    fc.nat(3),
    fc.nat(),
    fc.nat(3),
    fc.constantFrom("", ",", "}", "[", '"', "\\", "0", ".", "\n", "x"),
  )
  .map(([value, indent, at, cut, put]) => {
    const text = JSON.stringify(value, undefined, indent);
    const start = at % (text.length + 1);
    return text.slice(0, start) + put + text.slice(start + cut);
  });

describe("the JSON scanner", () => {
  it("accepts what JSON.parse accepts, and nothing else", () => {
    fc.assert(
      fc.property(fc.oneof(damaged, fc.string()), (text) => {
        let values: string[] | undefined;
        try {
          values = splitJson(text);
        } catch (error) {
          assert.ok(error instanceof JsonFault);
        }
        if (accepts(text)) assert.deepEqual(values, [text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "")]);
        else assert.notEqual(values?.length, 1);
        for (const value of values ?? []) assert.ok(accepts(value), value);
      }),
    );
  });

  it("finds the values of a sequence", () => {
    fc.assert(
      fc.property(fc.array(fc.object()), fc.constantFrom("", "\n", " \r\n"), (values, between) => {
        const texts = values.map((value) => JSON.stringify(value));
        assert.deepEqual(splitJson(texts.join(between)), texts);
      }),
    );
  });

  it("says where a fault is and what belongs there", () => {
    const faults: [text: string, message: string][] = [
      ["", "line 1, column 1: expected a JSON value, found the end"],
      ['{"a": 1,\n "b" 2}', 'line 2, column 6: expected ":", found "2"'],
      ['{"a": 1,}', 'line 1, column 9: expected the name of a member in double quotes, found "}"'],
      ["[1 2]", 'line 1, column 4: expected "," or "]", found "2"'],
      ["{'a': 1}", 'line 1, column 2: expected the name of a member in double quotes, found "\'"'],
      ['["a', 'line 1, column 4: expected the closing " of a string, found the end'],
      ['"\\x"', 'line 1, column 2: expected an escape such as \\n, \\" or \\u00e9, found "\\\\"'],
      ['"a\tb"', 'line 1, column 3: expected control characters in a string to be escaped, found "\\t"'],
      ["01", 'line 1, column 2: expected nothing after the value, found "1"'],
      ["🙂", 'line 1, column 1: expected a JSON value, found "🙂"'],
    ];
    for (const [text, message] of faults) assert.throws(() => parseJson(text), { name: "JsonFault", message });
  });

  it("does not fall over depth", () => {
    const deep = "[".repeat(100_000);
    assert.throws(() => parseJson(deep), JsonFault);
    assert.deepEqual(splitJson(deep + "]".repeat(100_000)).length, 1);
  });
});
