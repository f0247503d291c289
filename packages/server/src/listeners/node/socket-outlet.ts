import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { MessageCompression, Upgrade } from "../../hub/ports/listener.ts";
import type { Frame } from "../../hub/ports/outlet.ts";
import type { Disconnect } from "../listener-options.ts";
import type { Surroundings } from "./connection.ts";
import { DoorOutlet } from "./door-outlet.ts";
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
export class SocketOutlet extends DoorOutlet {
  readonly #webSocket: WebSocket;
  readonly #raw: Duplex;
  /** Absent: not agreed upon. */
  readonly #compression: MessageCompression | undefined;

  constructor(surroundings: Surroundings, webSocket: WebSocket, { raw, compress }: SocketOptions) {
    super(surroundings, raw);
    this.#webSocket = webSocket;
    this.#raw = raw;
    this.#compression = webSocket.extensions.includes("permessage-deflate") ? compress : undefined;
    webSocket.on("message", (data: Buffer, isBinary) => {
      this.tell((inlet) => inlet.message(isBinary ? data : data.toString()));
    });
    webSocket.on("pong", () => this.tell((inlet) => inlet.pong?.()));
    // `close` follows every error and says all there is to say.
    webSocket.on("error", () => {});
    webSocket.on("close", (code, reason) => this.ended({ code, reason: reason.toString() }));
  }

  /** Hands the connection to the door. */
  start(upgrade: Upgrade): void {
    this.enter((outlet) => upgrade.connect(outlet));
  }

  send(frame: Frame): void {
    this.deliver(new WireFrame(frame));
  }

  deliver(frame: WireFrame): void {
    if (this.open) this.outbox.add(this.#compression ? frame.deflated(this.#compression) : frame.forSockets);
  }

  close({ code, reason }: Disconnect): void {
    if (!this.leave()) return;
    this.outbox.write();
    this.#webSocket.close(code, reason);
  }

  ping(): void {
    if (this.open) this.#webSocket.ping();
  }

  get progress(): string {
    return progressOf(this.#raw);
  }

  protected override destroy(): void {
    this.#webSocket.terminate();
  }
}
