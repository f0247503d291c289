import { create, fromBinary } from "@bufbuild/protobuf";
import { sizeDelimitedEncode, sizeDelimitedPeek } from "@bufbuild/protobuf/wire";
import type { EmulatedCommands, Frame } from "../../../hub/index.ts";
import type { Codec } from "../codec.ts";
import { type Command, ProtocolError, type Request } from "../messages.ts";
import { type Command as CommandMessage, CommandSchema, EmulationRequestSchema, ReplySchema } from "./client_pb.ts";
import { encodePush, encodeResult, type ReplyInit } from "./protobuf-replies.ts";
import { connectMessage, numberOf, payloadOf, subscribeMessage } from "./protobuf-requests.ts";

/** The Protobuf format: each message follows its length as a varint, in frames as in endless responses (reference 2.2). */
export const protobuf: Codec = {
  encoder: { id: "cf-protobuf", encode: (push) => frameOf(push.type === "ping" ? {} : { push: encodePush(push) }) },
  decode,
  encodeResult: (id, result) => frameOf({ id, ...encodeResult(result) }),
  encodeError: (id, { code, message, temporary }) => frameOf({ id, error: { code, message, temporary } }),
  batch: (replies) => Buffer.concat(replies.map((each) => (typeof each === "string" ? Buffer.from(each) : each))),
};

const frameOf = (reply: ReplyInit): Uint8Array => sizeDelimitedEncode(ReplySchema, create(ReplySchema, reply));

/** What this server does not know is skipped, not kept. */
const READ = { readUnknownFields: false };

function decode(frame: Frame): Command[] {
  if (typeof frame === "string") throw new ProtocolError("the frame is text, not Protobuf");
  if (frame.length === 0) throw new ProtocolError("the frame is empty");
  const commands: Command[] = [];
  for (let rest = frame; rest.length > 0; ) {
    const { size, offset } = peek(rest);
    if (offset + size > rest.length) throw new ProtocolError("the frame ends within a command");
    commands.push(decodeCommand(read(CommandSchema, rest.subarray(offset, offset + size))));
    rest = rest.subarray(offset + size);
  }
  return commands;
}

/** Throws `ProtocolError`. */
export function decodeEmulation(body: Uint8Array): EmulatedCommands {
  const { node, session, data } = read(EmulationRequestSchema, body);
  return { node, session, data };
}

function peek(bytes: Uint8Array): { readonly size: number; readonly offset: number } {
  try {
    const { size, offset } = sizeDelimitedPeek(bytes);
    if (size !== null) return { size, offset };
  } catch {
    // Not a varint: the same to the client as one that is cut off.
  }
  throw new ProtocolError("the length of a command is not a whole varint");
}

function read<Schema extends typeof CommandSchema | typeof EmulationRequestSchema>(
  schema: Schema,
  bytes: Uint8Array,
): ReturnType<typeof fromBinary<Schema>> {
  try {
    return fromBinary(schema, bytes, READ);
  } catch {
    throw new ProtocolError("the message is not Protobuf");
  }
}

/** Of several fields the first by number counts; nothing, or anything but a send without an id, is a pong. */
function decodeCommand(message: CommandMessage): Command {
  const { id } = message;
  const request = requestOf(message);
  if (id === 0 && request?.type !== "send") return { id, request: { type: "pong" } };
  if (!request) throw new ProtocolError("the command names no known method");
  return { id, request };
}

function requestOf(message: CommandMessage): Request | undefined {
  const { connect, subscribe, unsubscribe, publish, presence, presenceStats, history } = message;
  if (connect) return { type: "connect", ...connectMessage(connect) };
  if (subscribe) return { type: "subscribe", channel: subscribe.channel, ...subscribeMessage(subscribe) };
  if (unsubscribe) return { type: "unsubscribe", channel: unsubscribe.channel };
  if (publish) return { type: "publish", channel: publish.channel, data: payloadOf(publish.data) };
  if (presence) return { type: "presence", channel: presence.channel };
  if (presenceStats) return { type: "presence_stats", channel: presenceStats.channel };
  if (history) {
    const { channel, limit, reverse, since } = history;
    const position = since ? { offset: numberOf(since.offset), epoch: since.epoch } : undefined;
    return { type: "history", channel, limit, reverse, since: position };
  }
  const { ping, send, rpc, refresh, subRefresh } = message;
  if (ping) return { type: "ping" };
  if (send) return { type: "send", data: payloadOf(send.data) };
  if (rpc) return { type: "rpc", method: rpc.method, data: payloadOf(rpc.data) };
  if (refresh) return { type: "refresh", token: refresh.token };
  return subRefresh && { type: "sub_refresh", channel: subRefresh.channel, token: subRefresh.token };
}
