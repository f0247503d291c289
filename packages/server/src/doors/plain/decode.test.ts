import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { BadRequest, decode, GarbledFrame } from "./decode.ts";
import { type Field, type RequestName, requests } from "./dialect.ts";

/** What may stand in a field, as a client writes it and as it is handed on. */
const values: Readonly<Record<Field["type"], fc.Arbitrary<readonly [written: string, read: unknown]>>> = {
  string: fc.string({ unit: "binary" }).map((text) => [JSON.stringify(text), text]),
  integer: fc.maxSafeInteger().map((number) => [String(number), number]),
  boolean: fc.boolean().map((flag) => [String(flag), flag]),
  json: fc
    .oneof(
      fc.json(),
      fc.constantFrom("1.0", "12345678901234567890", '{"b":1,"a":2,"b":3}', '"\\u00e9"', '{"data":{"data":[]}}'),
    )
    .map((text) => [text, text]),
};

interface Written {
  readonly type: RequestName;
  readonly members: readonly (readonly [name: string, written: string])[];
  readonly read: Readonly<Record<string, unknown>>;
}

const written: fc.Arbitrary<Written> = fc
  .constantFrom(...(Object.keys(requests) as RequestName[]))
  .chain((type) => {
    const fields = Object.entries(requests[type].fields).map(([name, field]) =>
      fc
        .tuple(field.optional ? fc.boolean() : fc.constant(true), values[field.type])
        .map(([there, [text, value]]) => (there ? [{ name, text, value }] : [])),
    );
    return fc.tuple(fc.constant(type), ...fields);
  })
  .map(([type, ...fields]) => ({
    type,
    members: fields.flat().map(({ name, text }) => [name, text] as const),
    read: Object.fromEntries(fields.flat().map(({ name, value }) => [name, value])),
  }));

const objectOf = (members: readonly (readonly [string, string])[]): string =>
  `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(",")}}`;

describe("a frame of the plain dialect", () => {
  it("is read as it was meant, in both spellings, with its data as it was written", () => {
    fc.assert(
      fc.property(
        written,
        fc.option(fc.oneof(fc.string({ maxLength: 64 }), fc.integer())),
        ({ type, members, read }, id) => {
          const own = id === null ? [] : [["id", JSON.stringify(id)] as const];
          const expected = { type, ...(id === null ? {} : { id }), ...read };
          assert.deepEqual(decode(objectOf([["type", JSON.stringify(type)], ...own, ...members])), expected);
          const params = ["params", objectOf(members)] as const;
          assert.deepEqual(decode(objectOf([["method", JSON.stringify(type)], ...own, params])), expected);
        },
      ),
    );
  });

  it("is read, or refused with what is wrong, whatever it is", () => {
    const anyFrame = fc.oneof(
      fc.string(),
      fc.json(),
      fc.uint8Array(),
      fc
        .object({ key: fc.constantFrom("type", "method", "params", "channel", "id", "token", "data", "__proto__") })
        .map((value) => JSON.stringify(value)),
      fc.tuple(written, fc.nat()).map(([{ type, members }, cut]) => {
        const text = objectOf([["type", JSON.stringify(type)], ...members]);
        return text.slice(0, cut % (text.length + 1));
      }),
      fc
        .tuple(fc.constantFrom(...Object.keys(requests)), fc.jsonValue())
        .map(([type, value]) => JSON.stringify({ type, channel: value, token: value, since: value, limit: value })),
    );
    fc.assert(
      fc.property(anyFrame, (frame) => {
        try {
          assert.ok(Object.hasOwn(requests, decode(frame).type));
        } catch (error) {
          assert.ok(error instanceof GarbledFrame || error instanceof BadRequest, String(error));
          assert.notEqual(error.message, "");
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
