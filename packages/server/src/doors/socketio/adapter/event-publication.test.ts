import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { decodeEvent, encodeEvent, FOREIGN_EVENT } from "./event-publication.ts";
import { pack, unpack } from "./packed.ts";

const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.jsonValue(),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.constantFrom("$bytes", "$$bytes", "a"), fc.string()), tie("value"), { maxKeys: 2 }),
  ),
})).value;

it("what was packed comes out as it went in, also what looks like packed bytes", () => {
  fc.assert(
    fc.property(value, (given) => {
      const through = unpack(JSON.parse(JSON.stringify(pack(given))));
      assert.deepEqual(pack(through), JSON.parse(JSON.stringify(pack(given))));
    }),
  );
  const bytes = { deep: [Buffer.from([1, 2])], fake: { $bytes: "AQI=" } };
  assert.deepEqual(unpack(JSON.parse(JSON.stringify(pack(bytes)))), bytes);
});

it("an event comes back from its publication", () => {
  const data = encodeEvent(["sale", 1, { id: Buffer.from("x") }], { except: ["room"] });
  const { event, args, except } = decodeEvent("room:a", { data, offset: 1 });
  assert.deepEqual([event, args, except], ["sale", [1, { id: Buffer.from("x") }], ["room"]]);
});

it("whatever somebody else publishes is one documented event", () => {
  const texts = fc.oneof(
    fc.json(),
    fc.string(),
    fc.constantFrom('{"event":"disconnect","args":[]}', '{"event":1,"args":[]}'),
  );
  fc.assert(
    fc.property(fc.oneof(texts, fc.uint8Array()), (data) => {
      const { event, args } = decodeEvent("room:a", { data, offset: 3 });
      assert.equal(event, FOREIGN_EVENT);
      assert.equal((args[0] as { channel: string }).channel, "room:a");
    }),
  );
});
