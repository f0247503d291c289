import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Batch } from "./batch.ts";

describe("a batch", () => {
  it("is its frames in order, for each of those that share a part of it", () => {
    const frames = fc.array(fc.uint8Array({ maxLength: 20 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(frames, frames, (shared, own) => {
        const [first, ...rest] = shared;
        const common = rest.reduce((batch, frame) => batch.with(frame), new Batch(first ?? new Uint8Array()));
        const longer = own.reduce((batch, frame) => batch.with(frame), common);
        for (const [batch, parts] of [
          [longer, [...shared, ...own]],
          [common, shared],
        ] as const) {
          assert.deepEqual(Uint8Array.from(batch.bytes), Uint8Array.from(Buffer.concat(parts)));
          assert.equal(batch.size, batch.bytes.length);
        }
      }),
    );
  });

  it("is one object for all that were sent the same frames", () => {
    const [a, b] = [Uint8Array.of(1), Uint8Array.of(2)];
    const first = new Batch(a);
    assert.equal(first.with(b), first.with(b));
    assert.equal(first.with(b).bytes, first.with(b).bytes);
  });
});
