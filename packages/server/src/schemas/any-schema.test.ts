import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import fc from "fast-check";
import { type Compile, createCompile, SchemaError } from "./compile.ts";

let compile: Compile;
before(async () => {
  compile = await createCompile();
});

const keyword = fc.constantFrom("a", "b", "type", "n");
const { schema } = fc.letrec((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.constantFrom({}, true, false),
    fc.record(
      {
        type: fc.constantFrom("object", "array", "string", "number", "integer", "boolean", "null"),
        enum: fc.uniqueArray(fc.string(), { minLength: 1 }),
        const: fc.jsonValue(),
        required: fc.uniqueArray(keyword),
        properties: fc.dictionary(keyword, tie("schema")),
        patternProperties: fc.dictionary(keyword, tie("schema")),
        additionalProperties: tie("schema"),
        items: tie("schema"),
        format: fc.constantFrom("date-time", "email", "uri"),
        minimum: fc.integer(),
        maxLength: fc.nat(10),
        oneOf: fc.array(tie("schema"), { minLength: 1, maxLength: 3 }),
        anyOf: fc.array(tie("schema"), { minLength: 1, maxLength: 3 }),
        not: tie("schema"),
      },
      { requiredKeys: [] },
    ),
  ),
}));
/** Some of them with what is often wrong. */
const given = fc.oneof(
  fc.record({
    type: fc.constant("object"),
    properties: fc.dictionary(keyword, fc.constantFrom({}, { type: "number" })),
  }),
  schema,
  fc.jsonValue(),
  fc.record({
    a: schema,
    $defs: fc.dictionary(keyword, schema),
    $ref: fc.constantFrom("#", "#/$defs/a", "#/properties/a", "https://elsewhere.example/"),
  }),
  fc.record({ not: schema, pattern: fc.string(), patternProperties: fc.dictionary(fc.string(), schema) }),
);

describe("whatever is given as a schema", () => {
  it("is compiled or refused with a reason, and what is compiled judges any value", () => {
    let compiled = 0;
    fc.assert(
      fc.property(given, fc.jsonValue(), (each, value) => {
        try {
          const validate = compile(JSON.stringify(each), { trusted: false });
          compiled++;
          const found = validate(value);
          assert.ok(found === undefined || found.length > 0);
        } catch (error) {
          assert.ok(error instanceof SchemaError && error.message !== "", String(error));
        }
      }),
      { numRuns: 100 },
    );
    // A fifth of what is given always is one.
    assert.ok(compiled > 0, "some of them are schemas");
  });
});
