import type { Socket } from "bun";
import { maskedFrame, upgradeRequest } from "../generator/frame.ts";
import { FrameReader, opcodes } from "../generator/frame-reader.ts";

/** Where a member continues, as the server said it and publications moved it. */
export interface Place {
  readonly offset: number;
  readonly epoch: string;
}

/** The answer to a subscription. */
export interface Subscribed {
  readonly recovered?: boolean;
  readonly was_recovering?: boolean;
  readonly epoch?: string;
  readonly offset?: number;
  readonly publications?: readonly { readonly offset: number }[];
}

interface Reply {
  readonly error?: object;
  readonly connect?: object;
  readonly subscribe?: Subscribed;
}

/** What a member needs of its swarm. */
export interface MemberHost {
  token(index: number): string;
  channel(index: number): string;
  place(index: number): Place | undefined;
  subscribed(index: number, answer: Subscribed): void;
  /** Bytes of a message that came after the subscription. */
  heard(index: number, message: Buffer): void;
  /** The connection of a live member ended, and nobody here ended it. */
  dropped(index: number, why: string): void;
}

const upgrade = upgradeRequest("127.0.0.1", "/connection/websocket");
const pong = maskedFrame("{}");
/** An answer that needs so long will not come any more. */
const patienceMs = 20_000;

/** Shared by all sockets: a connection is one object. */
export const socketEvents = {
  data: (socket: Socket<Member>, chunk: Buffer): void => socket.data.receive(socket, chunk),
  close: (socket: Socket<Member>): void => socket.data.closed(socket),
};

/** One client with one subscription, over one raw socket at a time. */
export class Member {
  readonly #host: MemberHost;
  readonly #index: number;
  #stage: "away" | "upgrading" | "connecting" | "subscribing" | "live" = "away";
  #socket: Socket<Member> | undefined;
  #frames: FrameReader | undefined;
  #opening: PromiseWithResolvers<void> | undefined;
  #farewell = "the connection ended";

  constructor(host: MemberHost, index: number) {
    this.#host = host;
    this.#index = index;
  }

  get isLive(): boolean {
    return this.#stage === "live";
  }

  /** Connects, authenticates and subscribes; rejects when any of it does not work. */
  async open(hostname: string, port: number): Promise<void> {
    const opening = Promise.withResolvers<void>();
    this.#opening = opening;
    this.#stage = "upgrading";
    const late = setTimeout(() => this.#fail(`no answer while ${this.#stage}`), patienceMs);
    try {
      const socket = await Bun.connect<Member>({ hostname, port, data: this, socket: socketEvents });
      this.#socket = socket;
      this.#frames = new FrameReader((opcode, payload) => this.#frame(socket, opcode, payload));
      socket.setNoDelay(true);
      socket.write(upgrade);
      await opening.promise;
    } catch (error) {
      this.cut();
      throw error;
    } finally {
      clearTimeout(late);
      this.#opening = undefined;
    }
  }

  /** Ends the connection at once and without a word, as a network does. */
  cut(): void {
    const socket = this.#socket;
    this.#away();
    socket?.terminate();
  }

  receive(socket: Socket<Member>, chunk: Buffer): void {
    if (this.#stage === "upgrading") this.#upgraded(socket, chunk);
    else this.#frames?.read(chunk);
  }

  closed(socket: Socket<Member>): void {
    if (socket !== this.#socket) return;
    const wasLive = this.isLive;
    this.#away();
    if (wasLive) this.#host.dropped(this.#index, this.#farewell);
    else this.#fail(this.#farewell);
  }

  #upgraded(socket: Socket<Member>, chunk: Buffer): void {
    const head = chunk.toString("latin1");
    const end = head.indexOf("\r\n\r\n");
    // The answer to an upgrade is small: it comes in one piece, or something else came.
    if (end < 0 || !head.startsWith("HTTP/1.1 101")) {
      this.#fail(`no upgrade: ${head.slice(0, 120)}`);
      return;
    }
    this.#stage = "connecting";
    socket.write(maskedFrame(JSON.stringify({ id: 1, connect: { token: this.#host.token(this.#index) } })));
    if (end + 4 < chunk.length) this.#frames?.read(chunk.subarray(end + 4));
  }

  #frame(socket: Socket<Member>, opcode: number, payload: Buffer): void {
    if (opcode === opcodes.close) {
      this.#farewell = `closed with ${payload.length > 1 ? payload.readUInt16BE(0) : "no code"}`;
    } else if (payload.length === 2) {
      socket.write(pong);
    } else if (this.#stage === "live") {
      this.#host.heard(this.#index, payload);
    } else {
      for (const line of payload.toString().split("\n")) this.#hear(socket, line);
    }
  }

  /** What follows an answer in the same frame may be a publication already. */
  #hear(socket: Socket<Member>, line: string): void {
    if (this.isLive) this.#host.heard(this.#index, Buffer.from(line));
    else this.#answer(socket, JSON.parse(line) as Reply);
  }

  #answer(socket: Socket<Member>, { error, connect, subscribe }: Reply): void {
    if (error) {
      this.#fail(`refused: ${JSON.stringify(error)}`);
    } else if (connect) {
      this.#stage = "subscribing";
      const place = this.#host.place(this.#index);
      const recover = place ? { recover: true, ...place } : {};
      const command = { id: 2, subscribe: { channel: this.#host.channel(this.#index), ...recover } };
      socket.write(maskedFrame(JSON.stringify(command)));
    } else if (subscribe) {
      this.#stage = "live";
      this.#host.subscribed(this.#index, subscribe);
      this.#opening?.resolve();
    }
  }

  #away(): void {
    this.#stage = "away";
    this.#socket = undefined;
    this.#frames = undefined;
  }

  #fail(why: string): void {
    this.#opening?.reject(new Error(why));
  }
}
