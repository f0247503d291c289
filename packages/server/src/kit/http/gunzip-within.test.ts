import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { gunzipWithin } from "./gunzip-within.ts";

const text = (bytes: unknown): string => new TextDecoder().decode(bytes as Uint8Array);

describe("unpacking a gzip body", () => {
  it("gives what was packed, up to the limit exactly", async () => {
    assert.equal(text(await gunzipWithin(gzipSync("hello"), 5)), "hello");
    assert.equal(await gunzipWithin(gzipSync("hello!"), 5), "too large");
  });

  it("stops a body that would become a thousand times as large", async () => {
    const bomb = gzipSync(new Uint8Array(10_000_000));
    assert.ok(bomb.length < 20_000);
    assert.equal(await gunzipWithin(bomb, 65_536), "too large");
  });

  it("says when a body is no gzip, or ends too early", async () => {
    assert.equal(await gunzipWithin(new TextEncoder().encode("{}"), 100), "corrupt");
    assert.equal(await gunzipWithin(gzipSync("hello").subarray(0, -3), 100), "corrupt");
    assert.equal(await gunzipWithin(new Uint8Array(), 100), "corrupt");
  });
});
