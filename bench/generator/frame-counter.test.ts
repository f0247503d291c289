import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { serverTextFrame } from "./frame.ts";
import { createFrameCounter, endOfFrame } from "./frame-counter.ts";

function countIn(stream: Buffer, cuts: readonly number[]): number {
  const counter = createFrameCounter();
  const edges = [0, ...cuts.map((cut) => cut % (stream.length + 1)).sort((a, b) => a - b), stream.length];
  let found = 0;
  for (let i = 1; i < edges.length; i++) found += counter.count(stream.subarray(edges[i - 1], edges[i]));
  return found;
}

/** The same frame with another first byte. */
function opened(frame: Buffer, first: number): Buffer {
  return Buffer.concat([Buffer.from([first]), frame.subarray(1)]);
}

const lengths = [0, 1, 125, 126, 300, 65_535, 65_536];

describe("the frame counter", () => {
  it("counts frames of every length field, wherever the stream is cut", () => {
    const stream = Buffer.concat(lengths.map((length) => serverTextFrame("x".repeat(length))));
    fc.assert(
      fc.property(fc.array(fc.nat({ max: stream.length }), { maxLength: 12 }), (cuts) => {
        assert.equal(countIn(stream, cuts), lengths.length);
      }),
    );
  });

  it("counts every frame when each byte is a chunk of its own", () => {
    const stream = Buffer.concat([0, 5, 126, 200].map((length) => serverTextFrame("x".repeat(length))));
    assert.equal(countIn(stream, [...stream.keys()]), 4);
  });

  it("counts binary and compressed messages as it counts text", () => {
    const frame = serverTextFrame("whatever");
    assert.equal(countIn(Buffer.concat([opened(frame, 0x82), opened(frame, 0xc1), opened(frame, 0xc2)]), []), 3);
  });

  it("counts a message in fragments once, and no ping, pong or close between them", () => {
    const frame = serverTextFrame("part");
    const firsts = [0x01, 0x89, 0x00, 0x8a, 0x80, 0x88];
    const stream = Buffer.concat(firsts.map((first) => opened(frame, first)));
    for (let cut = 0; cut <= stream.length; cut++) assert.equal(countIn(stream, [cut]), 1, `cut at ${cut}`);
  });

  it("counts a message when its last byte has arrived, not before", () => {
    const frame = serverTextFrame("x".repeat(200));
    const counter = createFrameCounter();
    assert.equal(counter.count(frame.subarray(0, -1)), 0);
    assert.equal(counter.count(frame.subarray(-1)), 1);
  });

  it("is not led astray by payloads that look like headers", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }),
        fc.array(fc.nat()),
        (bodies, cuts) => {
          const frames = bodies.map((body) => {
            const frame = serverTextFrame("x".repeat(body.length));
            frame.set(body, frame.length - body.length);
            return frame;
          });
          assert.equal(countIn(Buffer.concat(frames), cuts), bodies.length);
        },
      ),
    );
  });
});

describe("the end of the first frame", () => {
  it("is known once its last byte was heard", () => {
    for (const length of lengths) {
      const heard = serverTextFrame("x".repeat(length)).toString("latin1");
      assert.equal(endOfFrame(heard.slice(0, -1)), -1);
      assert.equal(endOfFrame(heard), heard.length);
      assert.equal(endOfFrame(`${heard}more`), heard.length);
    }
  });

  it("is unknown while nothing was heard", () => {
    assert.equal(endOfFrame(""), -1);
  });
});
