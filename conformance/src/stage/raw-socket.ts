import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createJournal, type Journal, type OpenJournal } from "./journal.ts";

export interface Close {
  readonly code: number;
  readonly reason: string;
}

export interface FrameOptions {
  /** 1 for text, unless told. */
  readonly opcode?: number;
  /** The last fragment of its message, unless told. */
  readonly final?: boolean;
}

/** A WebSocket with nothing between the test and the TCP connection, so that it can be slow, rude or silent. */
export class RawSocket {
  readonly socket: Socket;
  /** The messages of the protocol, one entry each, frames split at their newlines. */
  readonly replies: Journal<Reply>;
  readonly closes: Journal<Close>;
  readonly #replies: OpenJournal<Reply> = createJournal();
  readonly #closes: OpenJournal<Close> = createJournal();
  /** Of the answer to the handshake: its status. */
  readonly #statuses: OpenJournal<number> = createJournal();
  #pending: Buffer = Buffer.alloc(0);
  #upgraded = false;
  #closed = false;

  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    const { hostname, port, pathname, search } = new URL(url);
    this.replies = this.#replies;
    this.closes = this.#closes;
    this.socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const handshake = {
      Host: `${hostname}:${port}`,
      Upgrade: "websocket",
      Connection: "Upgrade",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
      ...headers,
    };
    const lines = Object.entries(handshake).map(([name, value]) => `${name}: ${value}\r\n`);
    this.socket.write(`GET ${pathname}${search} HTTP/1.1\r\n${lines.join("")}\r\n`);
    this.socket.on("data", (chunk: Buffer) => this.#read(chunk));
    this.socket.on("error", () => {});
    this.socket.on("close", () => this.#end({ code: 1006, reason: "" }));
  }

  /** One text frame with all the commands, or with a text as it is. */
  send(...commands: readonly (object | string)[]): void {
    const lines = commands.map((command) => (typeof command === "string" ? command : JSON.stringify(command)));
    this.sendFrame(lines.join("\n"));
  }

  /** Any frame, also a wrong one. The mask is zero, which a server cannot tell from any other. */
  sendFrame(payload: string | Uint8Array, { opcode = 1, final = true }: FrameOptions = {}): void {
    const bytes = Buffer.from(payload);
    const short = bytes.length < 126 ? bytes.length : bytes.length < 65_536 ? 126 : 127;
    const length = Buffer.alloc(short === 126 ? 2 : short === 127 ? 8 : 0);
    if (short === 126) length.writeUInt16BE(bytes.length);
    if (short === 127) length.writeBigUInt64BE(BigInt(bytes.length));
    this.write(
      Buffer.concat([Buffer.from([(final ? 0x80 : 0) | opcode, 0x80 | short]), length, Buffer.alloc(4), bytes]),
    );
  }

  /** Bytes that need not be a frame. */
  write(bytes: Uint8Array): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  /** Resolves when more may be written, or never will. */
  drained(): Promise<void> {
    if (this.socket.destroyed || !this.socket.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      this.socket.once("drain", resolve);
      this.socket.once("close", () => resolve());
    });
  }

  /** Resolves when the handshake was answered, with the status of the answer. */
  opened(): Promise<number> {
    return this.#statuses.first();
  }

  /** Sends a command and resolves with its reply. */
  async ask(id: number, command: object): Promise<Reply> {
    this.send({ id, ...command });
    return this.replies.first((reply) => reply.id === id);
  }

  async destroy(): Promise<void> {
    this.socket.destroy();
    if (!this.socket.closed) await once(this.socket, "close");
  }

  #end(close: Close): void {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.#upgraded) this.#statuses.note(0);
    this.#closes.note(close);
  }

  #read(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    if (!this.#upgraded) {
      const end = this.#pending.indexOf("\r\n\r\n");
      if (end < 0) return;
      this.#upgraded = true;
      this.#statuses.note(Number(this.#pending.toString("latin1", 9, 12)));
      this.#pending = this.#pending.subarray(end + 4);
    }
    while (this.#takeFrame());
  }

  /** Servers send whole messages, unmasked. */
  #takeFrame(): boolean {
    const bytes = this.#pending;
    if (bytes.length < 2) return false;
    const opcode = bytes.readUInt8(0) & 15;
    const short = bytes.readUInt8(1) & 127;
    const start = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (bytes.length < start) return false;
    const length = short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
    if (bytes.length < start + length) return false;
    const payload = bytes.subarray(start, start + length);
    this.#pending = bytes.subarray(start + length);
    if (opcode === 8) {
      const code = length >= 2 ? payload.readUInt16BE(0) : 1005;
      this.#end({ code, reason: payload.toString("utf8", 2) });
      this.sendFrame(payload.subarray(0, 2), { opcode: 8 });
    } else if (opcode === 1) {
      for (const line of payload.toString().split("\n")) this.#replies.note(JSON.parse(line) as Reply);
    }
    return true;
  }
}

/** What a server says: a reply with its `id`, a `push`, or `{}` for a ping. */
export interface Reply {
  readonly id?: number;
  readonly error?: { readonly code: number; readonly message: string };
  readonly push?: {
    readonly channel?: string;
    readonly pub?: { readonly data: unknown };
    readonly refresh?: { readonly expires: boolean; readonly ttl: number };
    readonly unsubscribe?: Close;
  };
  readonly [result: string]: unknown;
}
