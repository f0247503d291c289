import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { findIncompatible } from "./compatibility.ts";

const base = {
  type: "object",
  required: ["id"],
  properties: {
    id: { type: "string" },
    state: { enum: ["a", "b"] },
    list: { type: "array", items: { type: "number" } },
  },
};
const withProperties = (properties: object): object => ({ ...base, properties: { ...base.properties, ...properties } });
const branch = (title: string, more: object = {}): object => ({ title, type: "object", properties: more });

describe("compatible changes of a schema", () => {
  it("are members that may be absent, further values, further branches, and words for people", () => {
    const taken: readonly (readonly [object, object])[] = [
      [base, base],
      [base, withProperties({ note: { type: "string" } })],
      [base, withProperties({ state: { enum: ["b", "c", "a"] } })],
      [base, { ...base, title: "Order", description: "x", examples: [1], $id: "y" }],
      [{ oneOf: [branch("a")] }, { oneOf: [branch("b"), branch("a", { n: {} })] }],
      [{ anyOf: [{ type: "string" }, { type: "number" }] }, { anyOf: [{ type: "number" }, { type: "string" }, {}] }],
      [
        { ...base, required: ["id", "state"] },
        { ...base, required: ["state", "id"] },
      ],
    ];
    for (const [older, newer] of taken) assert.equal(findIncompatible(older, newer), undefined, JSON.stringify(newer));
  });

  it("are nothing else, and each other change is named by its place", () => {
    const refused: readonly (readonly [object, unknown, RegExp])[] = [
      [base, { ...base, required: ["id", "state"] }, /^required names other members/],
      [base, { ...base, required: [] }, /^required names other members/],
      [base, { ...base, properties: { id: { type: "string" } } }, /^properties\.state is gone/],
      [base, withProperties({ id: { type: "number" } }), /^properties\.id\.type is another one/],
      [base, withProperties({ id: { type: "string", maxLength: 5 } }), /^properties\.id\.maxLength is another one/],
      [base, withProperties({ state: { enum: ["a"] } }), /^properties\.state\.enum lacks a value/],
      [base, withProperties({ state: {} }), /^properties\.state\.enum lacks a value/],
      [base, withProperties({ list: { type: "array", items: { type: "string" } } }), /^properties\.list\.items\.type/],
      [base, withProperties({ list: { type: "array" } }), /^properties\.list\.items is new or gone/],
      [base, { ...base, additionalProperties: false }, /^additionalProperties is new or gone/],
      [{ oneOf: [branch("a"), branch("b")] }, { oneOf: [branch("a")] }, /^oneOf\.b is gone/],
      [{ oneOf: [branch("a", { n: {} })] }, { oneOf: [branch("a")] }, /^oneOf\.a\.properties\.n is gone/],
      [{ anyOf: [{ type: "string" }] }, {}, /^anyOf is new or gone/],
      [base, true, /^the schema is another one/],
    ];
    for (const [older, newer, expected] of refused) assert.match(findIncompatible(older, newer) ?? "", expected);
  });

  it("always include no change at all, whatever the schema", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.equal(findIncompatible(value, structuredClone(value)), undefined);
      }),
    );
  });
});
