import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { encodeDeflatedFrame, encodeWebSocketFrame } from "./frame.ts";

/** Reads a server's frame by the picture in RFC 6455, section 5.2. */
function decode(bytes: Buffer): { opcode: number; payload: Buffer } {
  assert.equal(bytes.readUInt8(0) & 0xf0, 0x80, "final, nothing reserved");
  const short = bytes.readUInt8(1);
  const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const payload = bytes.subarray(short < 126 ? 2 : short === 126 ? 4 : 10);
  assert.equal(payload.length, length);
  return { opcode: bytes.readUInt8(0) & 15, payload };
}

describe("a WebSocket frame", () => {
  it("carries any text and any bytes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const { opcode, payload } = decode(encodeWebSocketFrame(text));
        assert.equal(opcode, 1);
        assert.equal(payload.toString(), text);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const { opcode, payload } = decode(encodeWebSocketFrame(bytes));
        assert.equal(opcode, 2);
        assert.deepEqual(Uint8Array.from(payload), bytes);
      }),
    );
  });

  it("is compressed at the level asked for, and left alone where that would not make it shorter", () => {
    const words = Array.from({ length: 500 }, (_, n) => `word ${(n * 7_919) % 97} follows ${n % 13}`).join(", ");
    const [none, fast, best] = [0, 1, 9].map((level) => encodeDeflatedFrame(words, level));
    assert.deepEqual(none, encodeWebSocketFrame(words));
    assert.ok(best && fast && best.length < fast.length && fast.length < words.length);
  });

  it("has the shortest header for its length", () => {
    const sizes = [0, 1, 125, 126, 127, 65_535, 65_536, 70_000];
    const headers = sizes.map((size) => encodeWebSocketFrame(new Uint8Array(size)).length - size);
    assert.deepEqual(headers, [2, 2, 2, 4, 4, 4, 10, 10]);
    for (const size of sizes) assert.equal(decode(encodeWebSocketFrame("x".repeat(size))).payload.length, size);
  });
});
