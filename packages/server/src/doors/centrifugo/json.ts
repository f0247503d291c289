import type { EmulatedCommands, Frame, Payload, Position } from "../../hub/index.ts";
import { compactJson, rawMember } from "../../kit/raw-json.ts";
import type { Codec } from "./codec.ts";
import { createJsonEncoder, type JsonFraming } from "./json-encoder.ts";
import { encodeResult } from "./json-replies.ts";
import {
  type Command,
  type ConnectMessage,
  emulatedHeaders,
  flags,
  ProtocolError,
  type Request,
  type SubscribeMessage,
} from "./messages.ts";

/** In the order of the protocol's field numbers: of several, the first one counts. */
const METHODS = [
  "connect",
  "subscribe",
  "unsubscribe",
  "publish",
  "presence",
  "presence_stats",
  "history",
  "ping",
  "send",
  "rpc",
  "refresh",
  "sub_refresh",
] as const;
type Method = (typeof METHODS)[number];

/** The JSON format: one object a line, payloads embedded as they are (reference 2.1, 2.2). */
export function createJsonCodec(framing: JsonFraming): Codec {
  const { before, after } = framing;
  return {
    encoder: createJsonEncoder(framing),
    decode,
    encodeResult: (id, result) => `${before}{"id":${id},${encodeResult(result)}}${after}`,
    encodeError(id, { code, message, temporary }) {
      const flag = temporary ? ',"temporary":true' : "";
      return `${before}{"id":${id},"error":{"code":${code},"message":${JSON.stringify(message)}${flag}}}${after}`;
    },
    batch: (replies) => replies.join(after === "" ? "\n" : ""),
  };
}

/** JSON in WebSocket frames; several messages of a frame are separated by a line break. */
export const webSocketJson: Codec = createJsonCodec({ id: "cf-json", inReply: true, before: "", after: "" });
/** JSON in an endless response, one message a line. */
export const linesOfJson: Codec = createJsonCodec({ id: "cf-json-lines", inReply: true, before: "", after: "\n" });
/** JSON in server-sent events, one message an event. */
export const eventsOfJson: Codec = createJsonCodec({
  id: "cf-json-events",
  inReply: true,
  before: "data: ",
  after: "\n\n",
});

const utf8 = new TextDecoder("utf-8", { fatal: true });

function textOf(frame: Frame): string {
  if (typeof frame === "string") return frame;
  try {
    return utf8.decode(frame);
  } catch {
    throw new ProtocolError("the frame is not UTF-8 text");
  }
}

function decode(frame: Frame): Command[] {
  const text = textOf(frame);
  if (!text.includes("\n")) return [decodeLine(text)];
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  if (lines.length === 0) throw new ProtocolError("the frame is empty");
  return lines.map(decodeLine);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ProtocolError("the message is not JSON");
  }
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function decodeLine(line: string): Command {
  const value = parse(line);
  if (!isObject(value)) throw new ProtocolError("the command is not an object");
  const id = unsigned(value, "id");
  for (const method of METHODS) {
    const body = value[method];
    if (body === undefined || body === null) continue;
    if (!isObject(body)) throw new ProtocolError(`${method} is not an object`);
    if (id === 0 && method !== "send") return { id, request: { type: "pong" } };
    return { id, request: readers[method](body, rawMember(line, method) ?? "") };
  }
  if (id === 0) return { id, request: { type: "pong" } };
  throw new ProtocolError("the command names no known method");
}

type Reader = (body: Fields, raw: string) => Request;

const readers: Readonly<Record<Method, Reader>> = {
  connect: (body, raw) => ({ type: "connect", ...connectMessage(body, raw) }),
  subscribe: (body, raw) => ({ type: "subscribe", channel: text(body, "channel"), ...subscribeMessage(body, raw) }),
  unsubscribe: (body) => ({ type: "unsubscribe", channel: text(body, "channel") }),
  publish: (body, raw) => ({ type: "publish", channel: text(body, "channel"), data: payload(raw, "data") }),
  presence: (body) => ({ type: "presence", channel: text(body, "channel") }),
  presence_stats: (body) => ({ type: "presence_stats", channel: text(body, "channel") }),
  history: (body) => ({
    type: "history",
    channel: text(body, "channel"),
    limit: integer(body, "limit"),
    since: since(body),
    reverse: flag(body, "reverse"),
  }),
  ping: () => ({ type: "ping" }),
  send: (_body, raw) => ({ type: "send", data: payload(raw, "data") }),
  rpc: (body, raw) => ({ type: "rpc", method: text(body, "method"), data: payload(raw, "data") }),
  refresh: (body) => ({ type: "refresh", token: text(body, "token") }),
  sub_refresh: (body) => ({ type: "sub_refresh", channel: text(body, "channel"), token: text(body, "token") }),
};

function text(body: Fields, name: string): string {
  const value = body[name] ?? "";
  if (typeof value !== "string") throw new ProtocolError(`${name} is not a string`);
  return value;
}

function flag(body: Fields, name: string): boolean {
  const value = body[name] ?? false;
  if (typeof value !== "boolean") throw new ProtocolError(`${name} is not a boolean`);
  return value;
}

function integer(body: Fields, name: string): number {
  const value = body[name] ?? 0;
  if (typeof value !== "number" || !Number.isSafeInteger(value)) throw new ProtocolError(`${name} is not an integer`);
  return value;
}

function unsigned(body: Fields, name: string): number {
  const value = integer(body, name);
  if (value < 0) throw new ProtocolError(`${name} is negative`);
  return value;
}

const position = (body: Fields): Position => ({ offset: unsigned(body, "offset"), epoch: text(body, "epoch") });

function since(body: Fields): Position | undefined {
  const value = body.since;
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw new ProtocolError("since is not an object");
  return position(value);
}

function connectMessage(body: Fields, raw: string): ConnectMessage {
  const version = text(body, "version");
  const subs = Object.entries(object(body, "subs")).map(([channel, wish]) => {
    if (!isObject(wish)) throw new ProtocolError("an entry of subs is not an object");
    const rawWish = wish.data === undefined ? "" : rawMember(rawMember(raw, "subs") ?? "", channel);
    return [channel, subscribeMessage(wish, rawWish ?? "")] as const;
  });
  const headers = object(body, "headers");
  return {
    token: text(body, "token"),
    name: text(body, "name"),
    subs: new Map(subs),
    headers: emulatedHeaders(Object.keys(headers).map((name) => [name, text(headers, name)])),
    ...(version === "" ? {} : { version }),
    ...dataOf(body, raw),
  };
}

function subscribeMessage(body: Fields, raw: string): SubscribeMessage {
  return {
    ...dataOf(body, raw),
    token: text(body, "token"),
    recover: flag(body, "recover") ? position(body) : undefined,
    positioned: flag(body, "positioned"),
    recoverable: flag(body, "recoverable"),
    joinLeave: flag(body, "join_leave"),
    delta: text(body, "delta") === "fossil",
    ...flags(unsigned(body, "flag")),
    filter: body.tf ?? undefined,
  };
}

function object(body: Fields, name: string): Fields {
  const value = body[name] ?? {};
  if (!isObject(value)) throw new ProtocolError(`${name} is not an object`);
  return value;
}

/** The only message of a unidirectional client, which stands without a command around it. Throws `ProtocolError`. */
export function decodeConnect(frame: Frame): ConnectMessage {
  const raw = textOf(frame);
  const body = parse(raw);
  if (!isObject(body)) throw new ProtocolError("the connect request is not an object");
  return connectMessage(body, raw);
}

/** `data` as it was written, where it is not needed by all. */
const dataOf = (body: Fields, raw: string): { data?: Payload } =>
  (body.data ?? undefined) === undefined ? {} : { data: payload(raw, "data") };

/** The raw text of a member; `""` when it is absent. */
function payload(raw: string, name: string): Payload {
  const value = rawMember(raw, name);
  return value === undefined || value === "null" ? "" : compactJson(value);
}

/** Throws `ProtocolError`. */
export function decodeEmulation(body: Frame): EmulatedCommands {
  const fields = parse(textOf(body));
  if (!isObject(fields)) throw new ProtocolError("the request is not an object");
  return { node: text(fields, "node"), session: text(fields, "session"), data: text(fields, "data") };
}
