import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { acceptsEncoding } from "./accepts-encoding.ts";

describe("a content coding", () => {
  it("is accepted by its name or by a star, unless its weight is 0", () => {
    for (const header of ["gzip", "br, GZIP", "deflate;q=0, gzip;q=0.001", "*", "br;q=0,*;q=0.5", "gzip;q=1,*;q=0"]) {
      assert.ok(acceptsEncoding(header, "gzip"), header);
    }
    for (const header of [
      undefined,
      "",
      "identity",
      "x-gzipped",
      "gzip;q=0",
      "gzip ; q=0.000",
      "*;q=0",
      "gzip;q=0,*",
    ]) {
      assert.ok(!acceptsEncoding(header, "gzip"), header);
    }
  });
});
