import type { Upgrade } from "../../hub/ports/listener.ts";
import type { Frame, Inlet, Outlet } from "../../hub/ports/outlet.ts";
import type { Disconnect } from "../listener-options.ts";
import type { Debtor } from "../stalls.ts";
import { type Surroundings, serverError } from "./connection.ts";
import type { Lane } from "./lanes.ts";
import type { Suspect } from "./pressure.ts";

/** Bun's side of a socket. */
type NativeSocket = Pick<
  Bun.ServerWebSocket<unknown>,
  "send" | "ping" | "close" | "terminate" | "subscribe" | "unsubscribe" | "getBufferedAmount"
>;

const tooBig = { code: 1009, reason: "message too big" } as const;

/** One WebSocket: the hub's outlet, and all that Bun keeps for us with the socket. */
export class SocketOutlet implements Outlet, Suspect, Debtor {
  readonly #surroundings: Surroundings;
  readonly #socket: NativeSocket;
  readonly #maxMessageBytes: number;
  /** Messages of this size and more are compressed, if the client has agreed to it; absent: none. */
  readonly minCompressed: number | undefined;
  readonly lane: Lane;
  readonly topics: Set<string> = new Set();
  #inlet: Inlet | undefined;
  #warned = false;
  progress = 0;
  open = true;

  constructor(surroundings: Surroundings, socket: NativeSocket, { maxMessageBytes, compress }: Upgrade) {
    this.#surroundings = surroundings;
    this.#socket = socket;
    this.#maxMessageBytes = maxMessageBytes;
    this.minCompressed = compress?.minSize;
    this.lane = surroundings.lanes.enter();
  }

  /** Hands the connection to the door. */
  start(upgrade: Upgrade): void {
    this.#surroundings.opened(this);
    this.#guard(() => {
      this.#inlet = upgrade.connect(this);
    });
  }

  send(frame: Frame): void {
    if (!this.open) return;
    if (this.lane.busy) this.lane.inOrder(() => this.#write(frame), frame.length);
    else this.#write(frame);
  }

  close(disconnect: Disconnect): void {
    if (!this.open) return;
    this.open = false;
    this.#surroundings.closing(this);
    this.lane.inOrder(() => this.#socket.close(disconnect.code, disconnect.reason));
  }

  ping(): void {
    if (this.open) this.#socket.ping();
  }

  /** The client answered a ping, or sent a sign of life unasked. */
  ponged(): void {
    if (this.open) this.#guard(() => this.#inlet?.pong?.());
  }

  get bufferedBytes(): number {
    return this.open ? this.#socket.getBufferedAmount() : 0;
  }

  get waits(): boolean {
    return this.bufferedBytes > 0;
  }

  behind(): void {
    this.#surroundings.stalls.watch(this);
  }

  /** The kernel has taken some of what waited. */
  drained(): void {
    this.progress++;
  }

  /** Makes the socket a native subscriber of what is published from now on. */
  subscribe(name: string): void {
    this.lane.inOrder(() => this.#socket.subscribe(name));
  }

  unsubscribe(name: string): void {
    this.lane.inOrder(() => this.#socket.unsubscribe(name));
  }

  /** A message has arrived. */
  received(data: Frame): void {
    if (!this.open) return;
    if (isLarger(data, this.#maxMessageBytes)) this.close(tooBig);
    else this.#guard(() => this.#inlet?.message(data));
  }

  overflowed(): void {
    if (!this.open || this.#warned) return;
    this.#warned = true;
    this.#guard(() => this.#inlet?.overflow());
  }

  stalled(): void {
    if (!this.open) return;
    this.open = false;
    this.#surroundings.closing(this);
    this.#guard(() => this.#inlet?.stalled?.());
    this.#socket.terminate();
  }

  /** Bun has closed the socket. */
  ended(code: number, reason: string): void {
    if (this.open) {
      this.open = false;
      this.#surroundings.closing(this);
    }
    this.lane.leave();
    this.#surroundings.gone(this);
    // Bun reports a close of ours from inside the call, perhaps before the door has returned its inlet.
    queueMicrotask(() => this.#guard(() => this.#inlet?.closed(code, reason)));
  }

  #write(frame: Frame): void {
    const compress = this.minCompressed !== undefined && frame.length >= this.minCompressed;
    if (this.#socket.send(frame, compress) <= 0) this.#surroundings.pressure.suspect(this);
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

/** Whether a message is over a limit in bytes; a string's bytes are counted only when its length leaves it open. */
function isLarger(data: Frame, limit: number): boolean {
  if (data.length > limit) return true;
  return typeof data === "string" && data.length * 3 > limit && Buffer.byteLength(data) > limit;
}
