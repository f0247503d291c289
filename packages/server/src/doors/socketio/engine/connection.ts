import { EventEmitter } from "node:events";
import { decodePacket, decodePayload, type Packet } from "engine.io-parser";
import { type Disconnect, disconnects, type Frame, type Outlet } from "../../../hub/index.ts";
import type { Deadline, Wheel } from "../../../kit/wheel.ts";
import type { EngineTopics } from "./topics.ts";

/** What the engine has agreed on with all of its clients; times in milliseconds. */
export interface ConnectionTerms {
  readonly wheel: Wheel;
  readonly now: () => number;
  readonly topics: EngineTopics;
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  readonly upgradeTimeoutMs: number;
  /** Bytes that may wait for a client that polls. */
  readonly maxQueuedBytes: number;
  readonly maxPayloadBytes: number;
  /** Whether clients that poll may go on over a WebSocket. */
  readonly upgrades: boolean;
  readonly gone: (connection: Connection) => void;
}

/** The request that opened a connection, as Socket.IO shows it to the application in `socket.handshake`. */
export interface OpeningRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly url: string;
  readonly method: string;
  readonly _query: Readonly<Record<string, string>>;
  readonly connection: { readonly encrypted: boolean };
}

export interface ConnectionInit {
  readonly id: string;
  readonly request: OpeningRequest;
  readonly remoteAddress: string;
}

/** Whose a connection is, beside Socket.IO. Asked and told directly: listeners for it would cost every connection memory. */
export interface ConnectionOwner {
  /** What the client is told before the server ends it. */
  farewell(disconnect: Disconnect): readonly Frame[];
  /** Told once, before Socket.IO. */
  closed(connection: Connection, description: unknown): void;
}

/** Packet types of Engine.IO as they stand in front of a text packet. */
const OPEN = "0";
const CLOSE = "1";
const PING = "2";
const MESSAGE = "4";
const NOOP = "6";
const SEPARATOR = "\x1e";

const sizeOf = (frame: Frame): number => (typeof frame === "string" ? Buffer.byteLength(frame) : frame.byteLength);

/** A packet that came in is not of the protocol. */
export class PacketError extends Error {}

/**
 * One Engine.IO v4 connection, over polling first and a WebSocket later, or over a WebSocket alone. Towards Socket.IO it is
 * what that expects of an engine's connection; towards the hub it is an outlet whose frames are whole packets.
 *
 * Promise: packets leave in call order, also across an upgrade. Whatever waits for the client is bounded; over the bound
 * the connection ends with the hub's verdict "slow", and nothing is left out before.
 */
export class Connection extends EventEmitter implements Outlet, Deadline {
  readonly id: string;
  readonly protocol = 4;
  request: OpeningRequest;
  readonly remoteAddress: string;
  readyState: "open" | "closing" | "closed" = "open";
  /** Why the server ended it; `undefined` while it lives or when the client left. */
  ended: Disconnect | undefined = undefined;
  owner: ConnectionOwner | undefined = undefined;
  /** What the hub's fan-out and the adapter deliver to it. The topics' own. */
  readonly joined: Set<string> = new Set();
  /** Set while packets go over a WebSocket. */
  socket: Outlet | undefined = undefined;
  readonly #terms: ConnectionTerms;
  /** Packets that wait for the next poll. */
  #queue: Frame[] = [];
  #queuedBytes = 0;
  #poll: ((body: string) => void) | undefined = undefined;
  #posting = false;
  #probe: Outlet | undefined = undefined;
  #awaitsPong = false;

  due = 0;
  previous: Deadline | undefined = undefined;
  next: Deadline | undefined = undefined;

  constructor(terms: ConnectionTerms, { id, request, remoteAddress }: ConnectionInit, socket?: Outlet) {
    super();
    this.id = id;
    this.request = request;
    this.remoteAddress = remoteAddress;
    this.#terms = terms;
    this.socket = socket;
  }

  /** How it is reached at this moment; a volatile packet is left out while that is not writable. */
  get transport(): { readonly name: "polling" | "websocket"; readonly writable: boolean } {
    return { name: this.socket ? "websocket" : "polling", writable: this.bufferedBytes === 0 };
  }

  /** Tells the client the terms; from here on it is pinged. */
  open(): void {
    const { pingIntervalMs, pingTimeoutMs, maxPayloadBytes, upgrades } = this.#terms;
    const terms = {
      sid: this.id,
      upgrades: upgrades && !this.socket ? ["websocket"] : [],
      pingInterval: pingIntervalMs,
      pingTimeout: pingTimeoutMs,
      maxPayload: maxPayloadBytes,
    };
    this.send(OPEN + JSON.stringify(terms));
    this.#pingIn(pingIntervalMs);
  }

  // Out

  /** One message of Socket.IO: text gets its packet type, bytes travel as they are. */
  write(data: Frame): void {
    this.send(typeof data === "string" ? MESSAGE + data : data);
  }

  send(frame: Frame): void {
    if (this.readyState !== "open") return;
    if (this.socket) {
      this.socket.send(frame);
      return;
    }
    this.#queue.push(frame);
    this.#queuedBytes += sizeOf(frame);
    if (this.#poll) this.#flush();
    else if (this.#queuedBytes > this.#terms.maxQueuedBytes) this.overflow();
  }

  /** Where it can be a member. */
  get topics(): EngineTopics {
    return this.#terms.topics;
  }

  get bufferedBytes(): number {
    return this.socket ? this.socket.bufferedBytes : this.#queuedBytes;
  }

  #flush(): void {
    if (!this.#poll || this.#queue.length === 0) return;
    const body = this.#queue.map(textOf).join(SEPARATOR);
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#answerPoll(body);
  }

  #answerPoll(body: string): void {
    const poll = this.#poll;
    this.#poll = undefined;
    poll?.(body);
  }

  // Polling

  /** Resolves with the packets for one GET; `undefined` when another one waits already, which ends the connection. */
  poll(): Promise<string> | undefined {
    if (this.#poll) {
      this.#fail("overlapping polls");
      return undefined;
    }
    return new Promise((resolve) => {
      this.#poll = resolve;
      // A client takes a goodbye before what came with it: it gets a poll of its own.
      if (this.readyState === "closing" && this.#queue.length === 0) this.#end();
      else if (this.#probe && this.#queue.length === 0) this.#answerPoll(NOOP);
      else this.#flush();
    });
  }

  /** Takes the packets of one POST, whose body `read` brings. False when another one is at work, which ends the connection. */
  async post(read: () => Promise<Uint8Array>): Promise<boolean> {
    if (this.#posting) {
      this.#fail("overlapping posts");
      return false;
    }
    this.#posting = true;
    try {
      const text = Buffer.from(await read()).toString();
      for (const packet of decodePayload(text, "nodebuffer")) this.#packet(packet);
      return true;
    } catch (error) {
      this.#fail("an unreadable post");
      throw error;
    } finally {
      this.#posting = false;
    }
  }

  // WebSocket

  /** One frame that came over the WebSocket. */
  message(data: Frame): void {
    this.#packet(
      typeof data === "string"
        ? decodePacket(data)
        : { type: "message", data: Buffer.from(data.buffer, data.byteOffset, data.byteLength) },
    );
  }

  /** A WebSocket wants to take over; false when it may not. */
  probe(socket: Outlet): boolean {
    if (this.socket || this.#probe || this.readyState !== "open" || !this.#terms.upgrades) return false;
    this.#probe = socket;
    const { wheel, now, upgradeTimeoutMs } = this.#terms;
    const patience: Deadline = { due: 0, previous: undefined, next: undefined, fire: () => this.#giveUp(socket) };
    wheel.set(patience, now() + upgradeTimeoutMs);
    return true;
  }

  /** One frame of a WebSocket that has not taken over yet. */
  probed(socket: Outlet, data: Frame): void {
    if (this.#probe !== socket) return;
    if (data === "2probe") {
      socket.send("3probe");
      // The client stops polling before it goes over, and waits for an answer to the poll that it has sent.
      if (this.#poll) this.send(NOOP);
    } else if (data === "5") {
      this.#takeOver(socket);
    } else {
      this.#giveUp(socket);
    }
  }

  #takeOver(socket: Outlet): void {
    this.#probe = undefined;
    if (this.#poll) this.send(NOOP);
    this.socket = socket;
    for (const frame of this.#queue) socket.send(frame);
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#terms.topics.moved(this);
    this.emit("upgrade", this.transport);
  }

  #giveUp(socket: Outlet): void {
    if (this.#probe !== socket) return;
    this.#probe = undefined;
    socket.close(disconnects.stale);
  }

  /** A WebSocket of this connection is gone. */
  socketClosed(socket: Outlet, code: number, reason: string): void {
    if (this.#probe === socket) this.#probe = undefined;
    if (this.socket === socket) this.#end("transport close", { code, reason });
  }

  // In

  #packet({ type, data }: Packet): void {
    if (this.readyState !== "open") return;
    switch (type) {
      case "message":
        this.emit("data", data);
        return;
      case "pong":
        this.#awaitsPong = false;
        this.emit("pong");
        this.#pingIn(this.#terms.pingIntervalMs);
        return;
      case "close":
        this.#end("transport close");
        return;
      default:
        throw new PacketError(`a packet of the type ${type}`);
    }
  }

  /** The client does not keep to the protocol. */
  #fail(why: string): void {
    this.close(disconnects.badRequest, "transport error", why);
  }

  /** Something that is not of the protocol came in. */
  garbage(why: string): void {
    this.#fail(why);
  }

  overflow(): void {
    this.close(disconnects.slow, "transport error", "the reader is too slow");
  }

  stalled(): void {
    this.close(disconnects.writeError, "transport error", "the reader takes nothing any more");
  }

  // Time

  #pingIn(ms: number): void {
    if (this.readyState === "open") this.#terms.wheel.set(this, this.#terms.now() + ms);
  }

  fire(): void {
    if (this.readyState === "closing") this.#end();
    else if (this.#awaitsPong) this.close(disconnects.noPong, "ping timeout");
    else {
      this.#awaitsPong = true;
      this.send(PING);
      this.#pingIn(this.#terms.pingTimeoutMs);
    }
  }

  // The end

  /** Ends the connection after what is queued. Socket.IO calls it without a word: then it is over for this client. */
  close(disconnect: Disconnect = disconnects.forceDisconnect, reason = "forced close", description?: unknown): void {
    if (this.readyState !== "open") return;
    this.ended = disconnect;
    // A reader that is too slow is owed nothing more than the reason, and over a WebSocket that is in its close frame.
    const isSlow = disconnect === disconnects.slow;
    if (isSlow) {
      this.#queue = [];
      this.#queuedBytes = 0;
    }
    if (!isSlow || !this.socket) for (const frame of this.owner?.farewell(disconnect) ?? []) this.send(frame);
    if (this.socket) {
      this.socket.close(disconnect);
      this.#end(reason, description ?? disconnect);
      return;
    }
    this.readyState = "closing";
    this.#terms.topics.leaveAll(this);
    this.#announce(reason, description ?? disconnect);
    if (this.#poll) this.#end();
    else this.#terms.wheel.set(this, this.#terms.now() + this.#terms.pingTimeoutMs);
  }

  #end(reason = "transport close", description?: unknown): void {
    if (this.readyState === "closed") return;
    const announced = this.readyState === "closing";
    this.readyState = "closed";
    this.#terms.wheel.clear(this);
    this.#terms.topics.leaveAll(this);
    if (this.#probe) this.#giveUp(this.#probe);
    this.#answerPoll(CLOSE);
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#terms.gone(this);
    if (!announced) this.#announce(reason, description);
    this.removeAllListeners();
  }

  #announce(reason: string, description: unknown): void {
    this.owner?.closed(this, description);
    this.emit("close", reason, description);
  }
}

/** Polling carries text alone. */
const textOf = (frame: Frame): string =>
  typeof frame === "string"
    ? frame
    : `b${Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString("base64")}`;
