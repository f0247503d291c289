import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Push } from "../../hub/index.ts";
import { createJsonEncoder } from "./json-encoder.ts";

const encoder = createJsonEncoder({ id: "test", inReply: true, before: "", after: "" });
const encode = (push: Push): string => String(encoder.encode(push));
const info = { user: "ana", client: "c1" };

describe("pushes as JSON", () => {
  for (const [what, push, expected] of [
    ["a ping is an empty reply", { type: "ping" }, "{}"],
    [
      "a publication of a backend into a channel without history is its data",
      { type: "publication", channel: "a", publication: { data: '{"n":1.0}', offset: 0 }, epoch: "" },
      '{"push":{"channel":"a","pub":{"data":{"n":1.0}}}}',
    ],
    [
      "a publication says who, where in the stream, and its tags",
      { type: "publication", channel: "a", publication: { data: "1", offset: 7, info, tags: { k: "v" } }, epoch: "e" },
      '{"push":{"channel":"a","pub":{"data":1,"info":{"user":"ana","client":"c1"},"offset":7,"tags":{"k":"v"}}}}',
    ],
    [
      "the first publication of a stream says its epoch",
      { type: "publication", channel: "a", publication: { data: "1", offset: 1 }, epoch: "e" },
      '{"push":{"channel":"a","pub":{"data":1,"offset":1,"epoch":"e"}}}',
    ],
    [
      "a whole publication for who takes deltas is a text",
      { type: "publication", channel: "a", publication: { data: '{"n":1}', offset: 2 }, epoch: "e", delta: {} },
      '{"push":{"channel":"a","pub":{"data":"{\\"n\\":1}","offset":2}}}',
    ],
    [
      "a patch is a text that is marked",
      { type: "publication", channel: "a", publication: { data: "1", offset: 2 }, epoch: "e", delta: { patch: "1\n" } },
      '{"push":{"channel":"a","pub":{"data":"1\\n","offset":2,"delta":true}}}',
    ],
    [
      "bytes are whole for who takes deltas too: a patch of them is none of their base64",
      {
        type: "publication",
        channel: "a",
        publication: { data: Uint8Array.of(0xff, 0), offset: 2 },
        epoch: "e",
        delta: { patch: Uint8Array.of(1) },
      },
      '{"push":{"channel":"a","pub":{"data":"\\"/wA=\\"","offset":2}}}',
    ],
    [
      "a join says who came, and what others may know",
      { type: "join", channel: "a", info: { ...info, connInfo: '{"n":"Ana"}', chanInfo: "[1]" } },
      '{"push":{"channel":"a","join":{"info":{"user":"ana","client":"c1","conn_info":{"n":"Ana"},"chan_info":[1]}}}}',
    ],
    [
      "a leave of an anonymous client has no user",
      { type: "leave", channel: "a", info: { user: "", client: "c1" } },
      '{"push":{"channel":"a","leave":{"info":{"client":"c1"}}}}',
    ],
    [
      "a plain subscription by the server is empty",
      { type: "subscribe", channel: "a", result: { recoverable: false, positioned: false } },
      '{"push":{"channel":"a","subscribe":{}}}',
    ],
    [
      "a recoverable one says where it stands",
      {
        type: "subscribe",
        channel: "a",
        result: { recoverable: true, positioned: true, position: { offset: 3, epoch: "e" }, data: "{}" },
      },
      '{"push":{"channel":"a","subscribe":{"recoverable":true,"epoch":"e","offset":3,"positioned":true,"data":{}}}}',
    ],
    [
      "an offset of zero is left out, its epoch is not",
      {
        type: "subscribe",
        channel: "a",
        result: { recoverable: true, positioned: true, position: { offset: 0, epoch: "e" } },
      },
      '{"push":{"channel":"a","subscribe":{"recoverable":true,"epoch":"e","positioned":true}}}',
    ],
    [
      "an unsubscribe has code and reason",
      { type: "unsubscribe", channel: "a", code: 2500, reason: "insufficient state" },
      '{"push":{"channel":"a","unsubscribe":{"code":2500,"reason":"insufficient state"}}}',
    ],
    ["a message has no channel", { type: "message", data: '"hi"' }, '{"push":{"message":{"data":"hi"}}}'],
    [
      "a refresh tells the new life",
      { type: "refresh", expires: true, ttl: 9 },
      '{"push":{"refresh":{"expires":true,"ttl":9}}}',
    ],
    ["a refresh without an end is empty", { type: "refresh", expires: false, ttl: 0 }, '{"push":{"refresh":{}}}'],
    [
      "a disconnect for good has no reconnect",
      { type: "disconnect", code: 3503, reason: "force disconnect", reconnect: false },
      '{"push":{"disconnect":{"code":3503,"reason":"force disconnect"}}}',
    ],
    [
      "a disconnect to come back says so",
      { type: "disconnect", code: 3001, reason: "shutdown", reconnect: true },
      '{"push":{"disconnect":{"code":3001,"reason":"shutdown","reconnect":true}}}',
    ],
  ] as const satisfies readonly (readonly [string, Push, string])[]) {
    it(what, () => assert.deepEqual(JSON.parse(encode(push)), JSON.parse(expected)));
  }

  it("keeps JSON as it was written, and carries bytes as base64", () => {
    const data = '{"b":1.0,"a":12345678901234567890}';
    assert.ok(encode({ type: "message", data }).includes(data));
    const bytes = Uint8Array.of(0, 255, 10, 34);
    const frame = encode({ type: "publication", channel: "a", publication: { data: bytes, offset: 0 }, epoch: "" });
    assert.equal(JSON.parse(frame).push.pub.data, "AP8KIg==");
    const joined = JSON.parse(encode({ type: "join", channel: "a", info: { ...info, connInfo: bytes } }));
    assert.equal(joined.push.join.info.conn_info, "AP8KIg==");
  });

  it("is one line of JSON for any names and tags", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.dictionary(fc.string(), fc.string()), (channel, user, tags) => {
        const publication = { data: "1", offset: 2, info: { user, client: "c" }, tags };
        const frame = encode({ type: "publication", channel, publication, epoch: "e" });
        assert.ok(!/[\r\n]/.test(frame));
        const { push } = JSON.parse(frame);
        assert.equal(push.channel, channel);
        assert.equal(push.pub.info.user ?? "", user);
        assert.deepEqual(Object.entries(push.pub.tags).sort(), Object.entries(tags).sort());
      }),
    );
  });

  it("stands alone, inside of what a transport puts around, where there are no replies", () => {
    const alone = createJsonEncoder({ id: "test", inReply: false, before: "data: ", after: "\n\n" });
    assert.equal(alone.encode({ type: "message", data: "1" }), 'data: {"message":{"data":1}}\n\n');
    assert.equal(alone.encode({ type: "ping" }), "data: {}\n\n");
  });
});
