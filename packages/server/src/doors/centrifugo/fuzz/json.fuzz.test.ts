import assert from "node:assert/strict";
import { describe } from "node:test";
import fc from "fast-check";
import { createPatch } from "../../../kit/delta.ts";
import { fuzz, fuzzSpoiled, spoilText } from "../../../kit/fuzz.fixture.ts";
import { linesOfJson, webSocketJson } from "../json.ts";
import { type Command, ProtocolError } from "../messages.ts";
import { drafts, type Meaning, meaningOf, name, officialJson, written } from "./commands.fixture.ts";

const payload = fc.jsonValue({ maxDepth: 3 });
const meaning: Meaning = {
  payload: (value) => JSON.stringify(value),
  isAbsent: (value) => value === undefined || value === null,
  compacts: true,
};
const commands = fc.array(drafts(payload), { minLength: 1, maxLength: 3 });
const frames = commands.map((list) => officialJson.encodeCommands(list.map(written)));

/** Everything that is not a value of the protocol must be this one error. */
function decoded(frame: string | Uint8Array): readonly Command[] | undefined {
  try {
    return webSocketJson.decode(frame);
  } catch (error) {
    assert.ok(error instanceof ProtocolError, String(error));
    return undefined;
  }
}

/** Payloads of a command beside those that a plain reading of the line finds. */
function comparePayloads({ request }: Command, line: string): void {
  if (!("data" in request) || request.data === undefined) return;
  const value = (JSON.parse(line) as Record<string, { data?: unknown }>)[request.type]?.data;
  if (request.data === "") assert.ok(value === undefined || value === null);
  else assert.deepEqual(JSON.parse(String(request.data)), value);
  assert.ok(!/[\r\n]/.test(String(request.data)), "a line break in a payload would end its frame");
}

describe("the JSON codec", () => {
  fuzz("reads what the official client writes as it is meant", commands, (list) => {
    const expected = list.map((each) => meaningOf(each, meaning));
    assert.deepEqual(webSocketJson.decode(officialJson.encodeCommands(list.map(written))), expected);
    return expected[0]?.request.type ?? "nothing";
  });

  fuzzSpoiled(
    "reads or refuses spoiled commands, and what it reads is what stands there",
    { right: frames, spoil: spoilText },
    (frame) => {
      const read = decoded(frame);
      for (const [index, command] of (read ?? []).entries()) {
        assert.ok(Number.isSafeInteger(command.id) && command.id >= 0);
        comparePayloads(command, frame.split("\n")[index] ?? "");
      }
      return read ? "read" : "refused";
    },
  );

  const anything = fc.oneof(fc.string(), fc.json(), fc.uint8Array({ maxLength: 200 }), fc.string({ unit: "binary" }));
  fuzz("reads or refuses any text and any bytes", fc.oneof(anything, frames), (frame) =>
    decoded(frame) ? "read" : "refused",
  );

  const publications = fc.array(
    fc.record({
      data: fc.oneof(payload, fc.uint8Array(), fc.constantFrom("ñ", "東京 ".repeat(20), "🛰️".repeat(9), "a".repeat(90))),
      tags: fc.option(fc.dictionary(name, name, { maxKeys: 2, noNullPrototype: true }), { nil: undefined }),
      offset: fc.oneof(fc.nat(2), fc.maxSafeNat()),
    }),
    { minLength: 1, maxLength: 5 },
  );
  const pushes = fc.record({ channel: name, publications, delta: fc.boolean() });
  fuzz("writes publications and patches that the official client reads as they are meant", pushes, (push) => {
    let before: Uint8Array | undefined;
    let last: string | Uint8Array | undefined;
    let patches = 0;
    const lines = push.publications.map(({ data: value, tags, offset }) => {
      const data = value instanceof Uint8Array ? value : JSON.stringify(value);
      const patch = last === undefined ? undefined : createPatch(last, data);
      last = data;
      const publication = { data, offset, ...(tags ? { tags } : {}) };
      const delta = push.delta ? { delta: patch === undefined ? {} : { patch } } : {};
      return linesOfJson.encoder.encode({
        type: "publication",
        channel: push.channel,
        publication,
        epoch: "e",
        ...delta,
      });
    });
    const replies = officialJson.decodeReplies(lines.join(""));
    assert.equal(replies.length, push.publications.length);
    for (const [index, { data: value, tags, offset }] of push.publications.entries()) {
      const read = (replies[index] as { push: { channel: string; pub: Record<string, unknown> } }).push;
      assert.equal(read.channel, push.channel);
      assert.equal(read.pub.offset ?? 0, offset);
      assert.deepEqual(read.pub.tags, tags);
      if (push.delta) {
        const { newData, newPrevValue } = officialJson.applyDeltaIfNeeded(read.pub, before);
        before = newPrevValue;
        if (read.pub.delta) patches++;
        read.pub.data = newData;
      }
      const meant =
        value instanceof Uint8Array ? Buffer.from(value).toString("base64") : JSON.parse(JSON.stringify(value));
      assert.deepEqual(read.pub.data, meant);
    }
    return patches > 0 ? "with patches" : "whole";
  });
});
