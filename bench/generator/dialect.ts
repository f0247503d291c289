import { maskedTextFrame, serverTextFrame } from "./frame.ts";

/** What a client says next, and the text by which it knows that it was answered. */
export interface Step {
  readonly say?: Buffer;
  readonly hear: string;
}

/** How a protocol connects, subscribes and keeps alive. Everything after that is counted, not read. */
export interface Dialect {
  readonly path: string;
  /** An empty token connects without one. */
  steps(token: string, channel: string): readonly Step[];
  readonly ping: Buffer;
  readonly pong: Buffer;
}

/** The Centrifugo client protocol, JSON over WebSocket. */
export const centrifugoJson: Dialect = {
  path: "/connection/websocket",
  steps: (token, channel) => [
    { say: command({ id: 1, connect: token ? { token } : {} }), hear: '"connect":{' },
    { say: command({ id: 2, subscribe: { channel } }), hear: '"subscribe":{' },
  ],
  ping: serverTextFrame("{}"),
  pong: maskedTextFrame("{}"),
};

/** Socket.IO 4 (protocol 5), WebSocket only. Subscribing is an event of the application with an acknowledgement. */
export const socketIo: Dialect = {
  path: "/socket.io/?EIO=4&transport=websocket",
  steps: (token, channel) => [
    { hear: '0{"sid"' },
    { say: maskedTextFrame(`40${JSON.stringify({ token })}`), hear: '40{"sid"' },
    { say: maskedTextFrame(`420${JSON.stringify(["subscribe", channel])}`), hear: "430[" },
  ],
  ping: serverTextFrame("2"),
  pong: maskedTextFrame("3"),
};

function command(value: object): Buffer {
  return maskedTextFrame(JSON.stringify(value));
}
