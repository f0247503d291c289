import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { webSocketJson } from "./json.ts";
import { ProtocolError, positionsOf } from "./messages.ts";

const decode = (text: string) => webSocketJson.decode(text);

describe("the JSON format", () => {
  it("reads several commands of one frame, and tolerates a line break at the end", () => {
    const commands = decode('{"id":1,"connect":{"token":"t","name":"js"}}\n{"id":2,"subscribe":{"channel":"a"}}\n');
    assert.deepEqual(
      commands.map(({ id, request }) => [id, request.type]),
      [
        [1, "connect"],
        [2, "subscribe"],
      ],
    );
  });

  it("keeps payloads as they were written", () => {
    const [command] = decode('{"id":3,"publish":{"channel":"a","data":{"b":1.0,"a":12345678901234567890}}}');
    assert.deepEqual(command?.request, { type: "publish", channel: "a", data: '{"b":1.0,"a":12345678901234567890}' });
  });

  it("takes an empty command for a pong, and the first field of several by their numbers", () => {
    assert.deepEqual(decode("{}"), [{ id: 0, request: { type: "pong" } }]);
    const [command] = decode('{"id":4,"publish":{"channel":"a","data":1},"subscribe":{"channel":"b"}}');
    assert.equal(command?.request.type, "subscribe");
  });

  it("reads positions of a connect for its server-side subscriptions", () => {
    const [command] = decode('{"id":1,"connect":{"subs":{"a":{"recover":true,"offset":7,"epoch":"e"},"b":{}}}}');
    assert.ok(command?.request.type === "connect");
    assert.deepEqual([...positionsOf(command.request.subs)], [["a", { offset: 7, epoch: "e" }]]);
  });

  for (const [what, text] of [
    ["an empty frame", ""],
    ["only line breaks", "\n"],
    ["an empty line between commands", '{"id":1,"ping":{}}\n\n{"id":2,"ping":{}}'],
    ["no JSON", "{"],
    ["an array", "[]"],
    ["a command without a method", '{"id":1}'],
    ["an unknown method", '{"id":1,"dance":{}}'],
    ["a method that is no object", '{"id":1,"subscribe":[]}'],
    ["a channel that is no string", '{"id":1,"subscribe":{"channel":7}}'],
    ["a negative offset", '{"id":1,"subscribe":{"channel":"a","recover":true,"offset":-1}}'],
    ["an offset beyond what numbers hold", '{"id":1,"subscribe":{"channel":"a","recover":true,"offset":1e300}}'],
    ["an id that is no number", '{"id":"1","ping":{}}'],
  ] as const) {
    it(`refuses ${what}`, () => assert.throws(() => decode(text), ProtocolError));
  }

  it("gives a value or a protocol error for any text and any bytes", () => {
    const command = fc.record(
      {
        id: fc.oneof(fc.nat(), fc.jsonValue()),
        connect: fc.jsonValue(),
        subscribe: fc.oneof(
          fc.jsonValue(),
          fc.record({ channel: fc.string(), offset: fc.integer(), epoch: fc.string() }),
        ),
        publish: fc.oneof(fc.jsonValue(), fc.record({ channel: fc.string(), data: fc.jsonValue() })),
        history: fc.oneof(fc.jsonValue(), fc.record({ since: fc.jsonValue(), limit: fc.integer() })),
      },
      { requiredKeys: [] },
    );
    const frames = fc.oneof(
      fc.string(),
      fc.uint8Array({ maxLength: 200 }),
      fc
        .array(command, { minLength: 1, maxLength: 4 })
        .map((list) => list.map((each) => JSON.stringify(each)).join("\n")),
    );
    let decoded = 0;
    fc.assert(
      fc.property(frames, (frame) => {
        try {
          for (const { id, request } of webSocketJson.decode(frame)) {
            assert.ok(Number.isSafeInteger(id) && id >= 0);
            assert.equal(typeof request.type, "string");
            decoded++;
          }
        } catch (error) {
          assert.ok(error instanceof ProtocolError, String(error));
        }
      }),
      { numRuns: 3_000 },
    );
    assert.ok(decoded > 100, "the property must meet commands that decode");
  });

  it("carries any payload from a command to a publication without a change", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ minLength: 1 }), fc.nat(), (value, channel, offset) => {
        const [command] = decode(JSON.stringify({ id: 1, publish: { channel, data: value } }));
        assert.ok(command?.request.type === "publish");
        if (value === null) return;
        const publication = { data: command.request.data, offset, tags: { [channel]: "ü" } };
        const frame = webSocketJson.encoder.encode({ type: "publication", channel, publication, epoch: "abc" });
        assert.ok(!String(frame).includes("\n"));
        const { push } = JSON.parse(String(frame));
        assert.deepEqual(push.pub.data, JSON.parse(JSON.stringify(value)));
        assert.equal(push.channel, channel);
        assert.deepEqual(push.pub.tags, { [channel]: "ü" });
        assert.equal(push.pub.offset ?? 0, offset);
      }),
    );
  });

  it("leaves zero values out of replies, and keeps empty results", () => {
    assert.equal(webSocketJson.encodeResult(4, { type: "publish" }), '{"id":4,"publish":{}}');
    const result = {
      expires: false,
      ttl: 0,
      positioned: false,
      recoverable: false,
      wasRecovering: false,
      recovered: false,
      publications: [],
    };
    assert.equal(webSocketJson.encodeResult(5, { type: "subscribe", result }), '{"id":5,"subscribe":{}}');
    assert.equal(
      webSocketJson.encodeError(6, { code: 111, message: "too many requests", temporary: true }),
      '{"id":6,"error":{"code":111,"message":"too many requests","temporary":true}}',
    );
  });
});
