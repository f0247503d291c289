import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { connectCommand, subscribeCommand } from "./protobuf-command.ts";

/** Reads back what the wire format allows in these commands: numbers, and fields that are preceded by their length. */
function fieldsOf(message: Buffer): Record<number, number | Buffer> {
  const fields: Record<number, number | Buffer> = {};
  for (let at = 0; at < message.length; ) {
    const tag = varintAt(message, at);
    const value = varintAt(message, tag.end);
    const isNumber = (tag.value & 7) === 0;
    at = isNumber ? value.end : value.end + value.value;
    assert.ok(at <= message.length, "a field ends within the message");
    fields[tag.value >> 3] = isNumber ? value.value : message.subarray(value.end, at);
  }
  return fields;
}

function varintAt(message: Buffer, start: number): { value: number; end: number } {
  let value = 0;
  for (let at = start; at < message.length; at++) {
    const byte = message[at] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * (at - start));
    if (byte < 0x80) return { value, end: at + 1 };
  }
  throw new Error("a number ends within the message");
}

/** The one command of a frame. */
function commandIn(frame: Buffer): Record<number, number | Buffer> {
  const length = varintAt(frame, 0);
  assert.equal(length.end + length.value, frame.length);
  return fieldsOf(frame.subarray(length.end));
}

const id = fc.integer({ min: 1, max: 0x7fff_ffff });
const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 400 });

describe("a Protobuf command", () => {
  it("is these bytes", () => {
    assert.equal(connectCommand(1, "").toString("hex"), "0408012200");
    assert.equal(connectCommand(1, "tok").toString("hex"), "09080122050a03746f6b");
    assert.equal(subscribeCommand(300, "a:b").toString("hex"), "0a08ac022a050a03613a62");
  });

  it("carries any id and text of any length in the fields of its method", () => {
    fc.assert(
      fc.property(id, text, (number, value) => {
        const connect = commandIn(connectCommand(number, value));
        assert.equal(connect[1], number);
        assert.deepEqual(fieldsOf(Buffer.from(connect[4] as Buffer)), { 1: Buffer.from(value) });
        const subscribe = commandIn(subscribeCommand(number, value));
        assert.equal(subscribe[1], number);
        assert.deepEqual(fieldsOf(Buffer.from(subscribe[5] as Buffer)), { 1: Buffer.from(value) });
      }),
    );
  });
});
