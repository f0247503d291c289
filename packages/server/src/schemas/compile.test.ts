import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import * as z from "zod";
import { type Compile, createCompile, SchemaError } from "./compile.ts";

let compile: Compile;
before(async () => {
  compile = await createCompile();
});

const stranger = { trusted: false } as const;
const of = (schema: object, options: { trusted: boolean } = stranger) => compile(JSON.stringify(schema), options);
const refusal = (schema: unknown, options: { trusted: boolean } = stranger): string => {
  try {
    compile(typeof schema === "string" ? schema : JSON.stringify(schema), options);
  } catch (error) {
    assert.ok(error instanceof SchemaError);
    return error.message;
  }
  return "";
};

const event = (type: string, data: object) => ({
  title: type,
  type: "object",
  required: ["type", "data"],
  properties: { type: { const: type }, data: { type: "object", ...data } },
});

describe("a compiled schema", () => {
  it("names the failing field and what is expected there", () => {
    const validate = of({
      type: "object",
      required: ["orderId"],
      additionalProperties: false,
      properties: {
        orderId: { type: "string", minLength: 1 },
        total: { type: ["number", "null"], minimum: 0 },
        state: { enum: ["open", "paid"] },
        kind: { const: 1 },
        at: { type: "string", format: "date-time" },
        items: { type: "array", items: { type: "object", required: ["a/b"] } },
      },
    });
    const cases: readonly (readonly [unknown, string | undefined])[] = [
      [{ orderId: "a", total: null }, undefined],
      [[], "the data: expected object"],
      [{}, "orderId: is missing"],
      [{ orderId: 5 }, "orderId: expected string"],
      [{ orderId: "" }, "orderId: must NOT have fewer than 1 characters"],
      [{ orderId: "a", total: "5" }, "total: expected number or null"],
      [{ orderId: "a", total: -1 }, "total: must be >= 0"],
      [{ orderId: "a", state: "x" }, 'state: expected one of "open", "paid"'],
      [{ orderId: "a", kind: 2 }, "kind: expected 1"],
      [{ orderId: "a", at: "today" }, "at: expected the format date-time"],
      [{ orderId: "a", items: [{ "a/b": 1 }, {}] }, "items.1.a/b: is missing"],
      [{ orderId: "a", more: 1 }, "more: is not expected here"],
    ];
    for (const [value, expected] of cases) assert.equal(validate(value), expected);
  });

  it("of several events speaks only of the one that was meant", () => {
    const validate = of({
      type: "object",
      required: ["type"],
      discriminator: { propertyName: "type" },
      oneOf: [event("a", { required: ["n"], properties: { n: { type: "number" } } }), event("b", {})],
    });
    assert.equal(validate({ type: "a", data: { n: 1 } }), undefined);
    assert.equal(validate({ type: "a", data: { n: "1" } }), "data.n: expected number");
    assert.equal(validate({ type: "c" }), 'type: expected one of "a", "b"');
    assert.equal(validate({ msg: "acabó" }), "type: is missing");
  });

  it("never says more than a line of what was sent", () => {
    const text = of({ type: "object", additionalProperties: false })({ ["x".repeat(5000)]: 1 });
    assert.ok(text !== undefined && text.length <= 301);
  });

  it("takes schemas as zod writes them, of both drafts", () => {
    const schema = z.object({ at: z.iso.datetime(), mail: z.email(), n: z.int() });
    for (const target of ["draft-2020-12", "draft-7"] as const) {
      const validate = of(z.toJSONSchema(schema, { target }));
      assert.equal(validate({ at: "2026-01-01T00:00:00Z", mail: "a@b.example", n: 1 }), undefined);
      assert.match(
        validate({ at: "2026-01-01T00:00:00Z", mail: "a@", n: 1 }) ?? "",
        /^mail: (expected the format email|must match pattern)/,
      );
    }
  });

  it("follows what the operator's may be, however deep the value", () => {
    const list = { $defs: { list: { type: "array", items: { $ref: "#/$defs/list" } } }, $ref: "#/$defs/list" };
    const validate = of(list, { trusted: true });
    assert.equal(validate([[], [[]]]), undefined);
    const deep = JSON.parse("[".repeat(100_000) + "]".repeat(100_000)) as unknown;
    // How deep a process can follow is its own affair: it answers, and goes on.
    assert.ok([undefined, "is nested too deeply"].includes(validate(deep)));
  });
});

describe("a schema that is none", () => {
  it("is refused with what is wrong", () => {
    assert.match(refusal("{"), /is not JSON/);
    assert.match(refusal([]), /expected a JSON Schema: an object/);
    assert.match(refusal({ type: "txt" }), /no JSON Schema: schema\/type must be equal to one of/);
    assert.match(refusal({ typo: 1 }), /unknown keyword: "typo"/);
    assert.match(refusal({ type: "string", format: "colour" }), /unknown format "colour"/);
    assert.match(refusal({ $schema: "http://json-schema.org/draft-04/schema#" }), /^\$schema: expected/);
    assert.match(refusal({ $ref: "#/$defs/none" }, { trusted: true }), /can't resolve reference/);
    assert.match(refusal({ $ref: "https://other.example/x.json" }, { trusted: true }), /can't resolve reference/);
  });

  it("is refused by a stranger when it could hold up the node", () => {
    const list = { $defs: { list: { type: "array", items: { $ref: "#/$defs/list" } } }, $ref: "#/$defs/list" };
    assert.match(refusal(list), /is part of itself/);
    const doubling = Object.fromEntries(
      Array.from({ length: 20 }, (_, n) => [`n${n}`, { anyOf: [1, 2].map(() => ({ $ref: `#/$defs/n${n + 1}` })) }]),
    );
    const laughs = { $defs: { ...doubling, n20: { type: "string" } }, $ref: "#/$defs/n0" };
    assert.match(refusal(laughs), /more than 1000 parts/);
    assert.match(refusal(`${'{"not":'.repeat(8000)}{}${"}".repeat(8000)}`), /nested too deeply/);
    assert.match(refusal({ type: "string", pattern: "^(?=a)b" }), /the expression \^\(\?=a\)b is not taken/);
    assert.match(refusal({ patternProperties: { "(?<x>a)\\k<x>": {} } }), /the expression .* is not taken/);
    assert.match(refusal({ type: "array", uniqueItems: true }), /uniqueItems needs maxItems/);
    assert.equal(refusal({ type: "array", uniqueItems: true, maxItems: 5 }), "");
    assert.match(refusal({ $ref: "https://other.example/x.json" }), /outside of itself/);
    assert.match(refusal({ $dynamicRef: "#x" }), /\$dynamicRef is not taken here/);
    assert.match(refusal({ items: { $id: "https://other.example/y" } }), /^items: \$id is not taken here/);
    assert.match(refusal({ description: "x".repeat(70_000) }), /longer than 65536/);
    assert.equal(refusal({ description: "x".repeat(70_000) }, { trusted: true }), "");
  });

  it("whose expression tries a text again and again for others takes one look here", () => {
    const evil = of({ type: "string", pattern: "^(a+)+$" });
    assert.equal(evil("a".repeat(20)), undefined);
    assert.match(evil(`${"a".repeat(5000)}!`) ?? "", /must match pattern/);
    assert.equal(of({ type: "string", pattern: "b" })("a\nb\nc"), undefined, "a pattern may be found anywhere");
    assert.match(of({ type: "string", pattern: "^b|c$" })("xb") ?? "", /must match pattern/);
  });

  it("may look at so much text for one publication, and at as much again for the next", () => {
    const words = of({ type: "array", items: { type: "string", pattern: "^[a-z]+$" } });
    const many = Array.from({ length: 1000 }, () => "word");
    for (let i = 0; i < 50; i++) assert.equal(words(many), undefined);
    assert.match(words(["a".repeat(200_000)]) ?? "", /more text than/);
  });
});
