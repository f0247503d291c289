import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { ClientInfo, ControlMessage, Publication } from "../../hub/index.ts";
import {
  decodeEnvelope,
  decodePresence,
  decodePublication,
  encodeArrival,
  encodeControl,
  encodePresence,
  encodePublication,
} from "./envelope.ts";

const plain = { noNullPrototype: true };
const text = fc.string({ unit: "grapheme" });
const payload = fc.oneof(text, fc.uint8Array({ maxLength: 300 }));
const info: fc.Arbitrary<ClientInfo> = fc.record(
  { user: text, client: text, connInfo: payload, chanInfo: payload },
  { ...plain, requiredKeys: ["user", "client"] },
);
const publication: fc.Arbitrary<Publication> = fc.record(
  {
    data: payload,
    offset: fc.constant(0),
    tags: fc.dictionary(text, text, { noNullPrototype: true }),
    info,
    delta: fc.constant(true),
    channel: text,
  },
  { ...plain, requiredKeys: ["data", "offset"] },
);
const longBytes = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};

describe("envelopes", () => {
  it("give back every publication, as an event and as it lies in a stream", () => {
    fc.assert(
      fc.property(publication, fc.maxSafeNat(), (given, offset) => {
        const bytes = encodePublication(given);
        assert.deepEqual(decodeEnvelope(bytes), { kind: "publication", publication: given, epoch: "" });
        assert.deepEqual(decodePublication(bytes, offset), { ...given, offset });
      }),
    );
  });

  it("give back the place that Redis put in front", () => {
    fc.assert(
      fc.property(
        publication,
        fc.maxSafeNat(),
        fc.string({ unit: "binary-ascii", maxLength: 100 }),
        (given, offset, epoch) => {
          const place = Buffer.concat([
            Buffer.of(0x15),
            longBytes(offset),
            Buffer.of(epoch.length),
            Buffer.from(epoch),
          ]);
          const bytes = Buffer.concat([place, encodePublication(given)]);
          assert.deepEqual(decodeEnvelope(bytes), { kind: "publication", publication: { ...given, offset }, epoch });
        },
      ),
    );
  });

  it("give back who came, who left and who is present", () => {
    fc.assert(
      fc.property(fc.constantFrom("join", "leave"), info, text, fc.maxSafeNat(), (kind, given, node, until) => {
        assert.deepEqual(decodeEnvelope(encodeArrival(kind, given)), { kind, info: given });
        const entry = Buffer.concat([longBytes(until), encodePresence(node, given)]);
        assert.deepEqual(decodePresence(entry), { node, info: given, until });
      }),
    );
  });

  it("give back what nodes tell each other", () => {
    fc.assert(
      fc.property(fc.dictionary(text, fc.jsonValue(), plain), text, (more, from) => {
        // JSON knows no negative zero.
        const message: ControlMessage = JSON.parse(JSON.stringify({ ...more, kind: "k" }));
        assert.deepEqual(decodeEnvelope(encodeControl(message, from)), { kind: "control", from, message });
      }),
    );
  });

  it("of another format, cut off or invented are nothing, and never an error", () => {
    assert.equal(decodeEnvelope(Buffer.of()), undefined);
    assert.equal(decodeEnvelope(Buffer.of(0x21, 0, 0x31)), undefined);
    assert.equal(decodeEnvelope(Buffer.of(0x14, 0, 0x7b)), undefined);
    const whole = encodeArrival("join", { user: "ana", client: "c1", connInfo: "{}" });
    for (let length = 0; length < whole.length; length++) {
      assert.equal(decodeEnvelope(whole.subarray(0, length)), undefined);
    }
    const invented = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc
        .tuple(fc.integer({ min: 0x10, max: 0x17 }), fc.uint8Array({ maxLength: 60 }))
        .map(([kind, rest]) => [kind, ...rest]),
      fc.tuple(publication, fc.nat(), fc.nat(255)).map(([given, at, byte]) => {
        const bytes = encodePublication(given);
        bytes[at % bytes.length] = byte;
        return bytes;
      }),
    );
    fc.assert(
      fc.property(invented, (bytes) => {
        decodeEnvelope(Buffer.from(bytes));
        decodePresence(Buffer.from(bytes));
        decodePublication(Buffer.from(bytes), 1);
      }),
      { numRuns: 2_000 },
    );
  });

  it("keep nothing else of what arrived with them", () => {
    const chunk = Buffer.concat([encodePublication({ data: Uint8Array.of(1, 2, 3), offset: 0 }), Buffer.alloc(65_536)]);
    const decoded = decodePublication(chunk.subarray(0, 5), 1);
    assert.ok(decoded?.data instanceof Uint8Array);
    assert.equal(decoded.data.buffer.byteLength, 3);
  });
});
