import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { createGunzip, type Gunzip } from "node:zlib";
import type { Frame } from "../hub/ports/outlet.ts";

/** How long a test waits for what must happen. */
const PATIENCE_MS = 10_000;

export interface RawClientOptions {
  readonly port: number;
  readonly path: string;
  readonly method?: string;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly tls?: boolean;
  /** A plain request instead of a WebSocket handshake: each line of the response counts as one message. */
  readonly stream?: boolean;
  /** Of such a response each chunk counts as one message, as bytes. */
  readonly chunks?: boolean;
  /** Of the request. */
  readonly body?: Frame;
  /** Says that gzip is welcome. What comes so is unpacked as it comes. */
  readonly gzip?: boolean;
}

export interface FrameOptions {
  readonly final?: boolean;
  readonly masked?: boolean;
  readonly reserved?: boolean;
}

const HANDSHAKE = {
  Upgrade: "websocket",
  Connection: "Upgrade",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
};

/**
 * A client with nothing between the test and the TCP connection, so that it can be slow, rude or gone, and sees the
 * bytes as they come.
 */
export class RawClient {
  readonly socket: Socket;
  readonly #stream: boolean;
  readonly #chunks: boolean;
  #pending: Buffer = Buffer.alloc(0);
  #line = "";
  #gunzip: Gunzip | undefined;
  readonly #watchers = new Set<() => void>();
  /** Status line and headers. */
  head = "";
  readonly messages: Frame[] = [];
  closeCode: number | undefined;
  closeReason = "";
  /** A stream's last chunk has arrived. */
  complete = false;
  /** The connection is gone. */
  ended = false;

  constructor(options: RawClientOptions) {
    const { port, path, method = "GET", host = "127.0.0.1", tls = false, stream = false, gzip = false } = options;
    this.#stream = stream;
    this.#chunks = options.chunks ?? false;
    this.socket = tls ? connectTls({ port, host, rejectUnauthorized: false }) : connectTcp({ port, host });
    const accept = gzip ? { "Accept-Encoding": "gzip" } : {};
    const headers: Record<string, string> = {
      Host: `${host}:${port}`,
      ...(stream ? accept : HANDSHAKE),
      ...options.headers,
    };
    const body = options.body === undefined ? undefined : Buffer.from(options.body);
    if (body) headers["Content-Length"] = String(body.length);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    this.socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
    if (body) this.socket.write(body);
    this.socket.on("data", (chunk: Buffer) => this.#read(chunk));
    this.socket.on("error", () => {});
    this.socket.on("close", () => {
      this.ended = true;
      this.#changed();
    });
  }

  get status(): number {
    return Number(this.head.split(" ")[1] ?? 0);
  }

  header(name: string): string | undefined {
    return new RegExp(`^${name}: (.*)$`, "im").exec(this.head)?.[1];
  }

  get texts(): string[] {
    return this.messages.map((message) =>
      typeof message === "string" ? message : Buffer.from(message).toString("hex"),
    );
  }

  send(frame: Frame): void {
    this.sendFrame(typeof frame === "string" ? 1 : 2, Buffer.from(frame));
  }

  /** Any frame, also a wrong one. The mask is zero: the payload may be longer than the loop could mask in time. */
  sendFrame(opcode: number, payload: Uint8Array, options: FrameOptions = {}): void {
    const { final = true, masked = true, reserved = false } = options;
    const short = payload.length < 126 ? payload.length : payload.length < 65_536 ? 126 : 127;
    const header = [(final ? 0x80 : 0) | (reserved ? 0x40 : 0) | opcode, (masked ? 0x80 : 0) | short];
    const length = Buffer.alloc(short === 126 ? 2 : short === 127 ? 8 : 0);
    if (short === 126) length.writeUInt16BE(payload.length);
    if (short === 127) length.writeBigUInt64BE(BigInt(payload.length));
    this.socket.write(Buffer.concat([Buffer.from(header), length, Buffer.alloc(masked ? 4 : 0), payload]));
  }

  close(code: number): void {
    this.sendFrame(8, Buffer.from([code >> 8, code & 255]));
  }

  /** Resolves as soon as `holds` does; fails when that takes too long. */
  until(holds: () => boolean, what: string): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        this.#watchers.delete(watch);
        settle();
      };
      const watch = (): void => {
        if (holds()) finish(resolve);
      };
      const timer = setTimeout(() => finish(() => reject(new Error(`waited in vain for ${what}`))), PATIENCE_MS);
      this.#watchers.add(watch);
    });
  }

  received(count: number): Promise<void> {
    return this.until(() => this.messages.length >= count, `${count} messages`);
  }

  gone(): Promise<void> {
    return this.until(() => this.ended || this.complete, "the end of the connection");
  }

  #changed(): void {
    for (const watch of [...this.#watchers]) watch();
  }

  #read(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    if (this.head === "") {
      const end = this.#pending.indexOf("\r\n\r\n");
      if (end >= 0) {
        this.head = this.#pending.toString("latin1", 0, end);
        this.#pending = this.#pending.subarray(end + 4);
      }
    }
    if (this.head !== "") while (this.#stream ? this.#takeChunk() : this.#takeFrame());
    this.#changed();
  }

  #takeChunk(): boolean {
    const end = this.#pending.indexOf("\r\n");
    if (end < 0) return false;
    const size = Number.parseInt(this.#pending.toString("latin1", 0, end), 16);
    if (Number.isNaN(size) || this.#pending.length < end + 2 + size + 2) return false;
    const body = this.#pending.subarray(end + 2, end + 2 + size);
    this.#pending = this.#pending.subarray(end + 2 + size + 2);
    if (this.header("content-encoding") === "gzip") this.#unpack(body);
    else {
      this.#takeContent(body);
      this.complete ||= size === 0;
    }
    return true;
  }

  /** The stream is complete when its checksum was right. */
  #unpack(body: Uint8Array): void {
    if (!this.#gunzip) {
      this.#gunzip = createGunzip();
      this.#gunzip.on("data", (bytes: Buffer) => {
        this.#takeContent(bytes);
        this.#changed();
      });
      this.#gunzip.on("end", () => {
        this.complete = true;
        this.#changed();
      });
      this.#gunzip.on("error", () => this.socket.destroy());
    }
    if (body.length > 0) this.#gunzip.write(body);
    else this.#gunzip.end();
  }

  #takeContent(bytes: Buffer): void {
    if (this.#chunks) {
      this.messages.push(Uint8Array.from(bytes));
      return;
    }
    const lines = (this.#line + bytes.toString("latin1")).split("\n");
    this.#line = lines.pop() ?? "";
    for (const line of lines) this.messages.push(Buffer.from(line, "latin1").toString());
  }

  #takeFrame(): boolean {
    const bytes = this.#pending;
    if (this.status !== 101 || bytes.length < 2) return false;
    const opcode = bytes.readUInt8(0) & 15;
    const short = bytes.readUInt8(1) & 127;
    const start = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (bytes.length < start) return false;
    const length = short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
    if (bytes.length < start + length) return false;
    const payload = bytes.subarray(start, start + length);
    this.#pending = bytes.subarray(start + length);
    if (opcode === 1) this.messages.push(payload.toString());
    else if (opcode === 2) this.messages.push(Uint8Array.from(payload));
    else if (opcode === 8) {
      this.closeCode = length >= 2 ? payload.readUInt16BE(0) : 1005;
      this.closeReason = payload.toString("utf8", 2);
      if (!this.socket.destroyed) this.sendFrame(8, payload.subarray(0, 2));
    } else if (opcode === 9) this.sendFrame(10, payload);
    return true;
  }
}

/** Resolves when the response's head has arrived, or the connection has failed. */
export async function connectRaw(options: RawClientOptions): Promise<RawClient> {
  const client = new RawClient(options);
  await client.until(() => client.head !== "" || client.ended, "a response");
  return client;
}
