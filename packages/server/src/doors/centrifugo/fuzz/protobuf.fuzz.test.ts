import assert from "node:assert/strict";
import { describe } from "node:test";
import fc from "fast-check";
import { createPatch } from "../../../kit/delta.ts";
import { fuzz, fuzzSpoiled, spoilBytes } from "../../../kit/fuzz.fixture.ts";
import { type Command, ProtocolError } from "../messages.ts";
import { decodeEmulation, protobuf } from "../protobuf/protobuf.ts";
import { drafts, type Meaning, meaningOf, name, officialProtobuf, written } from "./commands.fixture.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const jsonBytes = fc.jsonValue({ maxDepth: 2 }).map((value) => Buffer.from(JSON.stringify(value)));
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((each) => Buffer.from(each)),
  jsonBytes,
);

/** JSON is text inside the hub, everything else bytes. */
function payloadOf(value: unknown): string | Uint8Array {
  assert.ok(value instanceof Uint8Array);
  try {
    const text = utf8.decode(value);
    const parsed: unknown = JSON.parse(text);
    return /[\r\n]/.test(text) ? JSON.stringify(parsed) : text;
  } catch {
    return Uint8Array.from(value);
  }
}
const meaning: Meaning = {
  payload: payloadOf,
  isAbsent: (value) => value === undefined || (value as Uint8Array).length === 0,
  compacts: false,
};
const commands = fc.array(drafts(payload), { minLength: 1, maxLength: 3 });
const encoded = (list: readonly Parameters<typeof written>[0][]): Uint8Array =>
  Uint8Array.from(officialProtobuf.encodeCommands(list.map(written)));

/** Views of a frame as arrays of their own, for comparison. */
const plain = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  if (value instanceof Map) return new Map([...value].map(([key, each]) => [key, plain(each)]));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
};

function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    assert.ok(error instanceof ProtocolError, String(error));
    return undefined;
  }
}

function official(frame: Uint8Array): readonly Record<string, unknown>[] | undefined {
  try {
    return officialProtobuf.decodeCommands(frame) as readonly Record<string, unknown>[];
  } catch {
    return undefined;
  }
}

/** Numbers of more than five bytes, of which the official codec always skips ten. */
const hasLongNumber = (frame: Uint8Array): boolean => {
  let run = 0;
  return frame.some((byte) => {
    run = byte < 0x80 ? 0 : run + 1;
    return run === 5;
  });
};

/** The official codec takes text that is not UTF-8 in its own way. */
const isPlainText = (text: string): boolean => /^[\0-\x7f]*$/.test(text);

function compareWithOfficial({ id, request }: Command, message: Record<string, unknown>): void {
  assert.equal(id, message.id);
  if (request.type === "pong") return;
  const body = message[request.type] as { channel?: string } | null | undefined;
  assert.ok(body, `the official codec reads no ${request.type}`);
  if ("channel" in request && isPlainText(request.channel)) assert.equal(request.channel, body.channel ?? "");
}

describe("the Protobuf codec", () => {
  fuzz("reads what the official client writes as it is meant", commands, (list) => {
    const expected = list.map((each) => meaningOf(each, meaning));
    assert.deepEqual(plain(protobuf.decode(encoded(list))), plain(expected));
    return expected[0]?.request.type ?? "nothing";
  });

  fuzzSpoiled(
    "reads or refuses spoiled commands, and reads them as the official codec does",
    { right: commands.map(encoded), spoil: spoilBytes },
    (frame) => {
      const read = attempt(() => protobuf.decode(frame));
      const theirs = official(frame);
      if (!read) return theirs ? "refused here alone" : "refused";
      if (!theirs) return "read here alone";
      if (hasLongNumber(frame)) return "read, with long numbers";
      assert.equal(read.length, theirs.length);
      for (const [index, command] of read.entries()) compareWithOfficial(command, theirs[index] ?? {});
      return "read";
    },
  );

  fuzz("reads or refuses any bytes, as commands and as what comes beside a stream", fc.uint8Array(), (frame) => {
    const read = [attempt(() => protobuf.decode(frame)), attempt(() => decodeEmulation(frame))];
    return read.map((each) => (each ? "read" : "refused")).join(" and ");
  });

  const publications = fc.array(
    fc.record({
      data: fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        jsonBytes.map(String),
        fc.constant("ñ".repeat(60)),
      ),
      tags: fc.option(fc.dictionary(name, name, { maxKeys: 2, noNullPrototype: true }), { nil: undefined }),
      offset: fc.oneof(fc.nat(2), fc.maxSafeNat()),
    }),
    { minLength: 1, maxLength: 5 },
  );
  const pushes = fc.record({ channel: name, publications, delta: fc.boolean() });
  fuzz("writes publications and patches that the official client reads as they are meant", pushes, (push) => {
    const { channel, publications: list } = push;
    let before: Uint8Array | undefined;
    let patches = 0;
    const frames = list.map(({ tags, ...rest }, index) => {
      const last = list[index - 1];
      const patch = last && createPatch(last.data, rest.data);
      if (patch !== undefined) patches++;
      const publication = { ...rest, ...(tags ? { tags } : {}) };
      const delta = push.delta ? { delta: patch === undefined ? {} : { patch } } : {};
      return protobuf.encoder.encode({ type: "publication", channel, publication, epoch: "e", ...delta });
    });
    const replies = officialProtobuf.decodeReplies(Uint8Array.from(Buffer.from(protobuf.batch(frames) as Uint8Array)));
    assert.equal(replies.length, list.length);
    for (const [index, { data, tags = {}, offset }] of list.entries()) {
      const { push: read } = replies[index] as { push: { channel: string; pub: Record<string, unknown> } };
      assert.equal(read.channel, channel);
      assert.equal(Number(read.pub.offset), offset);
      // The official client leaves this one name out.
      const { __proto__: _, ...shown } = tags;
      assert.deepEqual({ ...(read.pub.tags as object) }, shown);
      const { newData, newPrevValue } = push.delta
        ? officialProtobuf.applyDeltaIfNeeded(read.pub, before)
        : { newData: read.pub.data, newPrevValue: undefined };
      before = newPrevValue;
      assert.deepEqual(plain(newData), Uint8Array.from(typeof data === "string" ? Buffer.from(data) : data));
    }
    return push.delta && patches > 0 ? "with patches" : "whole";
  });
});
