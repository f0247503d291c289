import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { MessageCompression, Upgrade } from "../../hub/ports/listener.ts";
import type { Frame, Inlet } from "../../hub/ports/outlet.ts";
import type { Disconnect } from "../listener-options.ts";
import { type Connection, type Surroundings, serverError } from "./connection.ts";
import { Outbox } from "./outbox.ts";
import { progressOf } from "./progress.ts";
import { WireFrame } from "./wire-frame.ts";

export interface SocketOptions {
  /** The socket below `ws`. */
  readonly raw: Duplex;
  /** How messages are compressed if the client has agreed to it. */
  readonly compress: MessageCompression | undefined;
}

/**
 * One WebSocket. `ws` receives and closes; frames go past it to the raw socket, so that the same bytes serve all
 * members of a topic. Where compression was agreed upon, each message is compressed by itself for the same reason.
 */
export class SocketOutlet implements Connection {
  readonly #surroundings: Surroundings;
  readonly #webSocket: WebSocket;
  readonly #raw: Duplex;
  /** Absent: not agreed upon. */
  readonly #compression: MessageCompression | undefined;
  readonly #outbox: Outbox;
  readonly topics: Set<string> = new Set();
  #inlet: Inlet | undefined;
  open = true;

  constructor(surroundings: Surroundings, webSocket: WebSocket, { raw, compress }: SocketOptions) {
    this.#surroundings = surroundings;
    this.#webSocket = webSocket;
    this.#raw = raw;
    this.#compression = webSocket.extensions.includes("permessage-deflate") ? compress : undefined;
    this.#outbox = new Outbox(raw, {
      writer: surroundings.writer,
      maxBufferedBytes: surroundings.maxBufferedBytes,
      behind: () => surroundings.stalls.watch(this),
      overflow: () => {
        if (this.open) this.#guard(() => this.#inlet?.overflow());
      },
      cut: () => this.cut(),
    });
    webSocket.on("message", (data: Buffer, isBinary) => {
      if (this.open) this.#guard(() => this.#inlet?.message(isBinary ? data : data.toString()));
    });
    webSocket.on("pong", () => {
      if (this.open) this.#guard(() => this.#inlet?.pong?.());
    });
    // `close` follows every error and says all there is to say.
    webSocket.on("error", () => {});
    webSocket.on("close", (code, reason) => this.#ended(code, reason.toString()));
  }

  /** Hands the connection to the door. */
  start(upgrade: Upgrade): void {
    this.#surroundings.opened(this);
    this.#guard(() => {
      this.#inlet = upgrade.connect(this);
    });
  }

  send(frame: Frame): void {
    this.deliver(new WireFrame(frame));
  }

  deliver(frame: WireFrame): void {
    if (this.open) this.#outbox.add(this.#compression ? frame.deflated(this.#compression) : frame.forSockets);
  }

  close({ code, reason }: Disconnect): void {
    if (!this.open) return;
    this.open = false;
    this.#surroundings.closing(this);
    this.#outbox.write();
    this.#webSocket.close(code, reason);
  }

  ping(): void {
    if (this.open) this.#webSocket.ping();
  }

  get bufferedBytes(): number {
    return this.#outbox.bufferedBytes;
  }

  get waits(): boolean {
    return this.open && this.#raw.writableLength > 0;
  }

  get progress(): string {
    return progressOf(this.#raw);
  }

  stalled(): void {
    if (!this.open) return;
    this.open = false;
    this.#surroundings.closing(this);
    this.#guard(() => this.#inlet?.stalled?.());
    this.cut();
  }

  cut(): void {
    this.#outbox.write();
    this.#webSocket.terminate();
  }

  #ended(code: number, reason: string): void {
    if (this.open) {
      this.open = false;
      this.#surroundings.closing(this);
    }
    this.#surroundings.gone(this);
    this.#guard(() => this.#inlet?.closed(code, reason));
  }

  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#surroundings.log.error("a door failed", { error });
      this.close(serverError);
    }
  }
}
