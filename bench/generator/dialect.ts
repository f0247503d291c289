import { maskedFrame, serverTextFrame, upgradeRequest } from "./frame.ts";
import { createFrameCounter, endOfFrame } from "./frame-counter.ts";
import { type Counter, createMarkerCounter } from "./marker.ts";
import { connectCommand, subscribeCommand } from "./protobuf-command.ts";

/** What a client says next, and how it knows that it was answered. */
export interface Step {
  readonly say?: Buffer;
  /** Where the answer ends in what was heard (a character a byte); below 0 while there is none. */
  hear(heard: string): number;
}

/** How a protocol connects, subscribes and keeps alive. Everything after that is counted, not read. */
export interface Dialect {
  /** The first bytes on a fresh connection. An empty token connects without one. */
  open(host: string, token: string, channel: string): string;
  /** Of the HTTP answer to them; any other is a refusal. */
  readonly status: 101 | 200;
  steps(token: string, channel: string): readonly Step[];
  /** For the bytes after the last step. `spacing` is the least distance of two payloads' markers. */
  createCounter(spacing: number): Counter;
  /** Absent: the server has been told not to ping. */
  readonly keepAlive?: { readonly ping: Buffer; readonly pong: Buffer };
}

/** Hears a text, wherever it begins. */
export function endOf(text: string): Step["hear"] {
  return (heard) => {
    const at = heard.indexOf(text);
    return at < 0 ? at : at + text.length;
  };
}

const path = "/connection/websocket";
const markers = { createCounter: createMarkerCounter };
const messages = { createCounter: createFrameCounter };
const connected: Step["hear"] = endOf('"connect":{');
const subscribed: Step["hear"] = endOf('"subscribe":{');

/** The Centrifugo client protocol, JSON over WebSocket. */
export const centrifugoJson: Dialect = {
  ...markers,
  open: (host) => upgradeRequest(host, path),
  status: 101,
  steps: (token, channel) => [
    { say: maskedFrame(connect(token)), hear: connected },
    { say: maskedFrame(subscribe({ channel })), hear: subscribed },
  ],
  keepAlive: { ping: serverTextFrame("{}"), pong: maskedFrame("{}") },
};

/** The same protocol in Protobuf. */
export const centrifugoProtobuf: Dialect = {
  ...markers,
  open: (host) => upgradeRequest(host, path, ["Sec-WebSocket-Protocol: centrifuge-protobuf"]),
  status: 101,
  // What is heard: the field `id` with its value, then the tag of the field `connect` or `subscribe`.
  steps: (token, channel) => [
    { say: maskedFrame(connectCommand(1, token)), hear: endOf("\x08\x01\x2a") },
    { say: maskedFrame(subscribeCommand(2, channel)), hear: endOf("\x08\x02\x32") },
  ],
};

/** JSON over WebSocket, each publication as the difference from the one before it. */
export const centrifugoDelta: Dialect = {
  ...messages,
  open: (host) => upgradeRequest(host, path),
  status: 101,
  steps: (token, channel) => [
    { say: maskedFrame(connect(token)), hear: endOfFrame },
    { say: maskedFrame(subscribe({ channel, delta: "fossil" })), hear: endOfFrame },
  ],
};

/** JSON over WebSocket, compressed. Whether the server agreed is seen in the bytes per delivery. */
export const centrifugoDeflate: Dialect = {
  ...messages,
  open: (host) => upgradeRequest(host, path, ["Sec-WebSocket-Extensions: permessage-deflate"]),
  status: 101,
  steps: (token, channel) => [
    { say: maskedFrame(connect(token)), hear: endOfFrame },
    { say: maskedFrame(subscribe({ channel })), hear: endOfFrame },
  ],
};

/** JSON as server-sent events. */
export const centrifugoSse: Dialect = stream("/connection/sse");

/** JSON lines in an endless HTTP response. */
export const centrifugoHttpStream: Dialect = stream("/connection/http_stream");

/** Socket.IO 4 (protocol 5), WebSocket only. Subscribing is an event of the application with an acknowledgement. */
export const socketIo: Dialect = overSocketIo((channel) => channel);

/** The same at our own door, which takes channels. */
export const socketIoDoor: Dialect = overSocketIo((channel) => ({ channel }));

/** The plain dialect: JSON over WebSocket. */
export const plain: Dialect = {
  ...markers,
  open: (host) => upgradeRequest(host, "/ws"),
  status: 101,
  steps: (token, channel) => [
    { hear: endOf('"welcome"') },
    { say: maskedFrame(JSON.stringify({ type: "auth", token })), hear: endOf('"auth_success"') },
    { say: maskedFrame(JSON.stringify({ type: "subscribe", id: 1, channel })), hear: endOf('"ok"') },
  ],
};

/** A dialect whose clients subscribe to this, whatever the crowd is for. */
export function subscribingTo(channel: string, dialect: Dialect): Dialect {
  return { ...dialect, steps: (token) => dialect.steps(token, channel) };
}

function overSocketIo(describe: (channel: string) => unknown): Dialect {
  return {
    ...markers,
    open: (host) => upgradeRequest(host, "/socket.io/?EIO=4&transport=websocket"),
    status: 101,
    steps: (token, channel) => [
      { hear: endOf('0{"sid"') },
      { say: maskedFrame(`40${JSON.stringify({ token })}`), hear: endOf('40{"sid"') },
      { say: maskedFrame(`420${JSON.stringify(["subscribe", describe(channel)])}`), hear: endOf("430[") },
    ],
    keepAlive: { ping: serverTextFrame("2"), pong: maskedFrame("3") },
  };
}

/** Both commands are in the request that opens the stream. */
function stream(at: string): Dialect {
  return {
    ...markers,
    open: (host, token, channel) => {
      const body = `${connect(token)}\n${subscribe({ channel })}`;
      const head = [`POST ${at} HTTP/1.1`, `Host: ${host}`, `Content-Length: ${Buffer.byteLength(body)}`];
      return `${head.join("\r\n")}\r\n\r\n${body}`;
    },
    status: 200,
    steps: () => [{ hear: connected }, { hear: subscribed }],
  };
}

function connect(token: string): string {
  return JSON.stringify({ id: 1, connect: token ? { token } : {} });
}

function subscribe(request: { readonly channel: string; readonly delta?: string }): string {
  return JSON.stringify({ id: 2, subscribe: request });
}
