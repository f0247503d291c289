import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { constants, gunzipSync } from "node:zlib";
import fc from "fast-check";
import { GzipStream } from "./gzip-stream.ts";

/** Around the sizes where a piece is stored, deflated, or longer than the window. */
const piece = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 80 }),
  fc.string({ minLength: 20, maxLength: 400 }).map((text) => Buffer.from(`{"always":"the same", "text":"${text}"}`)),
  fc.nat(30_000).map((size) => randomBytes(size + 1)),
);

describe("a gzip stream", () => {
  it("is what was written, after each write and at the end", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const stream = new GzipStream();
        let sent = Buffer.alloc(0);
        let plain = Buffer.alloc(0);
        for (const bytes of pieces) {
          sent = Buffer.concat([sent, stream.write(bytes)]);
          plain = Buffer.concat([plain, bytes]);
          assert.ok(gunzipSync(sent, { finishFlush: constants.Z_SYNC_FLUSH }).equals(plain));
        }
        assert.ok(gunzipSync(Buffer.concat([sent, stream.end()])).equals(plain));
      }),
    );
  });

  it("is compressed once for all that were sent the same two pieces, whatever came before", () => {
    const [first, second] = [Buffer.from("one record, ".repeat(9)), Buffer.from("another record, ".repeat(9))];
    const streams = [randomBytes(10), randomBytes(500), randomBytes(50_000)].map((past) => {
      const stream = new GzipStream();
      stream.write(past);
      stream.write(first);
      return stream;
    });
    assert.equal(new Set(streams.map((stream) => stream.write(second))).size, 1);
  });

  it("shares the piece after a ping too, though every stream has a ping of its own", () => {
    const streams = [new GzipStream(), new GzipStream()];
    const shared = Buffer.from("one record, ".repeat(9));
    for (const stream of streams) {
      stream.write(randomBytes(100));
      stream.write(Buffer.from("{}\n"));
    }
    assert.equal(new Set(streams.map((stream) => stream.write(shared))).size, 1);
  });
});
