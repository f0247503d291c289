import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { serverTextFrame } from "./frame.ts";
import { FrameReader } from "./frame-reader.ts";

test("frames of every length come out whole, however the bytes are cut", () => {
  const length = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(125, 126, 65_535, 65_536));
  const cuts = fc.array(fc.integer({ min: 1, max: 40_000 }), { maxLength: 12 });
  fc.assert(
    fc.property(fc.array(length, { maxLength: 6 }), cuts, (lengths, sizes) => {
      const messages = lengths.map((size, i) => String.fromCharCode(97 + i).repeat(size));
      const bytes = Buffer.concat(messages.map(serverTextFrame));
      const heard: string[] = [];
      const reader = new FrameReader((opcode, payload) => heard.push(`${opcode}:${payload.toString()}`));
      let at = 0;
      for (const size of [...sizes, bytes.length]) {
        reader.read(bytes.subarray(at, at + size));
        at += size;
      }
      assert.deepEqual(
        heard,
        messages.map((message) => `1:${message}`),
      );
    }),
    { numRuns: 60 },
  );
});
