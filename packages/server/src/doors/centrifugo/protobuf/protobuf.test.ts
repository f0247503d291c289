import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { sizeDelimitedEncode, sizeDelimitedPeek } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import type { Frame } from "../../../hub/index.ts";
import { ProtocolError } from "../messages.ts";
import { CommandSchema, EmulationRequestSchema, type Reply, ReplySchema } from "./client_pb.ts";
import { decodeEmulation, protobuf } from "./protobuf.ts";

type CommandInit = Parameters<typeof create<typeof CommandSchema>>[1];

const written = (command: CommandInit): Uint8Array =>
  sizeDelimitedEncode(CommandSchema, create(CommandSchema, command));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function replies(frame: Frame): Reply[] {
  assert.ok(typeof frame !== "string");
  const found: Reply[] = [];
  for (let rest: Uint8Array = frame; rest.length > 0; ) {
    const { size, offset } = sizeDelimitedPeek(rest);
    assert.ok(size !== null);
    found.push(fromBinary(ReplySchema, rest.subarray(offset, offset + size)));
    rest = rest.subarray(offset + size);
  }
  return found;
}

const only = (frame: Frame): Reply => {
  const [reply, ...others] = replies(frame);
  assert.ok(reply && others.length === 0);
  return reply;
};

describe("commands in Protobuf", () => {
  it("are read one after the other, with positions, flags and filters", () => {
    const tf = {
      op: "and",
      nodes: [
        { key: "a", cmp: "in", vals: ["1", "2"] },
        { key: "b", cmp: "eq", val: "x" },
      ],
    };
    const frame = Buffer.concat([
      written({ id: 1, connect: { token: "t", subs: { c: { recover: true, offset: 7n, epoch: "e" } } } }),
      written({ id: 2, subscribe: { channel: "c", delta: "fossil", flag: 3n, tf } }),
    ]);
    const [connect, subscribe] = protobuf.decode(frame).map(({ request }) => request);
    assert.ok(connect?.type === "connect" && subscribe?.type === "subscribe");
    assert.deepEqual(connect.subs.get("c")?.recover, { offset: 7, epoch: "e" });
    const { delta, compact, rejectUnrecovered, filter } = subscribe;
    assert.deepEqual([delta, compact, rejectUnrecovered, filter], [true, false, true, tf]);
  });

  it("carry JSON as text and everything else as bytes", () => {
    const dataOf = (data: Uint8Array): unknown => {
      const [command] = protobuf.decode(written({ id: 1, publish: { channel: "c", data } }));
      return command?.request.type === "publish" ? command.request.data : undefined;
    };
    assert.equal(dataOf(bytes('{\n"a":1.0}')), '{"a":1.0}');
    assert.deepEqual(dataOf(Uint8Array.of(0xff, 0)), Uint8Array.of(0xff, 0));
    assert.equal(dataOf(new Uint8Array()), "");
  });

  it("that say nothing are pongs", () => {
    assert.deepEqual(protobuf.decode(Uint8Array.of(0)), [{ id: 0, request: { type: "pong" } }]);
  });

  it("that are not of the protocol give a protocol error", () => {
    const whole = written({ id: 1, publish: { channel: "c", data: bytes("1") } });
    const wrong: Frame[] = ["{}", new Uint8Array(), whole.subarray(0, -1), written({ id: 1 }), Uint8Array.of(0xff)];
    wrong.push(written({ id: 1, subscribe: { channel: "c", recover: true, offset: 2n ** 60n } }));
    for (const frame of wrong) assert.throws(() => protobuf.decode(frame), ProtocolError);
  });

  it("of any bytes are read or refused, never anything else", () => {
    const attempt = (read: () => unknown): void => {
      try {
        read();
      } catch (error) {
        assert.ok(error instanceof ProtocolError, String(error));
      }
    };
    const spoiled = fc
      .tuple(fc.string(), fc.uint8Array(), fc.nat(60), fc.nat(255))
      .map(([channel, data, at, value]) => {
        const frame = Uint8Array.from(written({ id: 1, publish: { channel, data } }));
        frame[at % frame.length] = value;
        return frame;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), spoiled), (frame) => {
        attempt(() => protobuf.decode(frame));
        attempt(() => decodeEmulation(frame));
      }),
      { numRuns: 2_000 },
    );
  });

  it("beside a stream come with the names of node and session", () => {
    const body = { node: "n", session: "s", data: written({ id: 9, ping: {} }) };
    const request = toBinary(EmulationRequestSchema, create(EmulationRequestSchema, body));
    const { node, session, data } = decodeEmulation(request);
    assert.deepEqual([node, session], ["n", "s"]);
    assert.deepEqual(protobuf.decode(data), [{ id: 9, request: { type: "ping" } }]);
  });
});

describe("replies and pushes in Protobuf", () => {
  it("say the same as in JSON, payloads as the bytes of their text", () => {
    const publication = { data: '{"a":"ñ"}', offset: 1, tags: { t: "1" }, info: { user: "u", client: "i" } };
    const { push } = only(protobuf.encoder.encode({ type: "publication", channel: "c", publication, epoch: "e" }));
    assert.equal(push?.channel, "c");
    assert.deepEqual(Buffer.from(push?.pub?.data ?? []).toString(), '{"a":"ñ"}');
    const { offset, epoch, tags, info, delta } = push?.pub ?? {};
    assert.deepEqual([offset, epoch, tags, info?.user, delta], [1n, "e", { t: "1" }, "u", false]);
  });

  it("mark patches, and name a channel by its number where that was agreed", () => {
    const publication = { data: "1", offset: 2 };
    const patch = Uint8Array.of(1, 2);
    const numbered = {
      type: "publication",
      channel: "c",
      channelId: 5,
      publication,
      epoch: "e",
      delta: { patch },
    } as const;
    const { push } = only(protobuf.encoder.encode(numbered));
    assert.deepEqual([push?.id, push?.channel, push?.pub?.delta], [5n, "", true]);
    assert.deepEqual(Uint8Array.from(push?.pub?.data ?? []), patch);
  });

  it("of every payload and name come back as they went in", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.uint8Array(), fc.nat(), (channel, data, offset) => {
        const publication = { data, offset };
        const { push } = only(protobuf.encoder.encode({ type: "publication", channel, publication, epoch: "" }));
        assert.equal(push?.channel, channel);
        assert.deepEqual(Uint8Array.from(push?.pub?.data ?? []), Uint8Array.from(data));
        assert.equal(push?.pub?.offset, BigInt(offset));
      }),
    );
  });

  it("hold an empty result where there is nothing to say, and a ping is an empty message", () => {
    assert.ok(only(protobuf.encodeResult(4, { type: "publish" })).publish);
    assert.deepEqual(protobuf.encoder.encode({ type: "ping" }), Uint8Array.of(0));
  });

  it("of one turn leave as one frame", () => {
    const error = { code: 103, message: "permission denied", temporary: false };
    const batch = protobuf.batch([protobuf.encodeResult(1, { type: "unsubscribe" }), protobuf.encodeError(2, error)]);
    assert.deepEqual(
      replies(batch).map(({ id, error }) => [id, error?.code]),
      [
        [1, undefined],
        [2, 103],
      ],
    );
  });
});
