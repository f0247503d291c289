import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createFeed, createMarkerCounter, createPayload, smallestPayload } from "./marker.ts";

function countIn(stream: Buffer, spacing: number, cuts: readonly number[]): number {
  const counter = createMarkerCounter(spacing);
  const edges = [0, ...cuts.map((cut) => cut % (stream.length + 1)).sort((a, b) => a - b), stream.length];
  let found = 0;
  for (let i = 1; i < edges.length; i++) found += counter.count(stream.subarray(edges[i - 1], edges[i]));
  return found;
}

describe("the payload", () => {
  it("is JSON of exactly the size asked for", () => {
    for (const size of [smallestPayload, 128, 1000]) {
      const payload = createPayload(size);
      assert.equal(Buffer.byteLength(payload), size);
      assert.doesNotThrow(() => JSON.parse(payload));
    }
  });

  it("refuses a size that cannot hold the marker", () => {
    assert.throws(() => createPayload(10), /at least 24 bytes/);
  });
});

describe("the feed", () => {
  it("is JSON records of exactly the size asked for, with one marker each", () => {
    for (const size of [200, 777, 1000]) {
      const feed = createFeed(size, 64);
      assert.equal(feed.length, 64);
      for (const payload of feed) {
        assert.equal(Buffer.byteLength(payload), size);
        assert.doesNotThrow(() => JSON.parse(payload));
        assert.equal(payload.split("~marker:").length, 2);
      }
    }
  });

  it("changes from one record to the next, but only a little", () => {
    const feed = createFeed(1000, 64);
    assert.equal(new Set(feed).size, feed.length);
    const fields = feed.map((payload) => Object.entries(JSON.parse(payload)).map(String));
    for (const [n, record] of fields.entries()) {
      const changed = record.filter((field, i) => n > 0 && field !== fields[n - 1]?.[i]);
      assert.ok(changed.length <= 3, changed.join(" "));
    }
  });
});

describe("the marker counter", () => {
  it("counts every marker wherever the stream is cut into two chunks", () => {
    const stream = Buffer.from(`head${createPayload(30)}middle${createPayload(30)}tail`);
    for (let cut = 0; cut <= stream.length; cut++) assert.equal(countIn(stream, 30, [cut]), 2, `cut at ${cut}`);
  });

  it("counts every marker when each byte is a chunk of its own", () => {
    const stream = Buffer.from(createPayload(40).repeat(5));
    assert.equal(countIn(stream, 40, [...stream.keys()]), 5);
  });

  it("is not led astray by the beginnings of markers that never end", () => {
    const stream = Buffer.from(`~mark~marke~~~marker${createPayload(24)}~marker`);
    for (let cut = 0; cut <= stream.length; cut++) assert.equal(countIn(stream, 24, [cut]), 1, `cut at ${cut}`);
  });

  it("equals the number of payloads for any framing between them and any cuts", () => {
    const between = fc.string({ maxLength: 60 }).map((text) => text.replaceAll("~", ""));
    const cuts = fc.array(fc.nat(), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(between, { maxLength: 20 }), fc.integer({ min: 24, max: 90 }), cuts, (framing, size, at) => {
        const stream = Buffer.from(framing.map((text) => text + createPayload(size)).join(""));
        assert.equal(countIn(stream, size, at), framing.length);
      }),
    );
  });
});
