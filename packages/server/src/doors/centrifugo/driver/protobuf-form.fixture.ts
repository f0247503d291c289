import { create, fromBinary, fromJson, type JsonValue, toBinary, toJson } from "@bufbuild/protobuf";
import { sizeDelimitedEncode, sizeDelimitedPeek } from "@bufbuild/protobuf/wire";
import type { Frame } from "../../../hub/index.ts";
import { CommandSchema, EmulationRequestSchema, ReplySchema } from "../protobuf/client_pb.ts";
import type { WireForm, WireReply } from "./wire.fixture.ts";

/** Writes and reads by the same schema as the codec; that the numbers in it are right is for the official clients to say. */
export const protobufForm: WireForm = {
  contentType: "application/octet-stream",
  write(command) {
    const text = JSON.stringify(command, (name, value) => (name === "data" ? toBase64(value) : value));
    return sizeDelimitedEncode(CommandSchema, fromJson(CommandSchema, JSON.parse(text)));
  },
  join: (frames) => Buffer.concat(frames.map((frame) => Buffer.from(frame))),
  emulation: ({ session, node }, data) =>
    toBinary(
      EmulationRequestSchema,
      create(EmulationRequestSchema, { session, node, data: Uint8Array.from(Buffer.from(data)) }),
    ),
  createReader() {
    let rest = Buffer.alloc(0);
    return (piece) => {
      const replies: WireReply[] = [];
      rest = Buffer.concat([rest, Buffer.from(piece)]);
      while (rest.length > 0) {
        const { size, offset } = sizeDelimitedPeek(rest);
        if (size === null || rest.length < offset + size) break;
        const reply = fromBinary(ReplySchema, rest.subarray(offset, offset + size));
        replies.push(asWritten(toJson(ReplySchema, reply, { useProtoFieldName: true })));
        rest = rest.subarray(offset + size);
      }
      return replies;
    };
  },
};

const toBase64 = (data: unknown): string => Buffer.from(JSON.stringify(data)).toString("base64");

/** As a JSON client would get it: payloads as their values, numbers of 64 bits as numbers. */
const asWritten = (reply: JsonValue): WireReply =>
  JSON.parse(JSON.stringify(reply), (name, value) => {
    if (name === "data") return JSON.parse(Buffer.from(value, "base64").toString());
    return name === "offset" ? Number(value) : value;
  });

export const protobufGarbage: Readonly<Record<string, Frame>> = {
  text: "{}",
  "an empty frame": new Uint8Array(),
  "half a length": Uint8Array.of(0xff),
  "half a command": protobufForm.write({ id: 2, publish: { channel: "open:a", data: 1 } }).slice(0, -2),
  "bytes that are no Protobuf": Uint8Array.of(3, 0xff, 0xff, 0xff),
  "an unknown command": Uint8Array.of(2, 8, 2),
  "no channel": protobufForm.write({ id: 2, subscribe: {} }),
  "a position beyond what numbers hold": protobufForm.write({
    id: 2,
    subscribe: { channel: "open:a", recover: true, offset: "9223372036854775808" },
  }),
  "a second connect": protobufForm.write({ id: 2, connect: {} }),
  "a crowd of commands": new Uint8Array(5_000),
};
