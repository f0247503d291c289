import type { Frame, Inlet } from "../../hub/ports/outlet.ts";
import type { Disconnect } from "../listener-options.ts";
import { type Connection, type Surroundings, serverError } from "./connection.ts";
import { Outbox, type OutboxOptions, type Sink } from "./outbox.ts";
import type { WireFrame } from "./wire-frame.ts";

/** What all connections of this listener have in common: the way to their door, and how they end. */
export abstract class DoorOutlet implements Connection {
  protected readonly surroundings: Surroundings;
  protected readonly outbox: Outbox;
  readonly topics: Set<string> = new Set();
  readonly #sink: Sink;
  #inlet: Inlet | undefined;
  open = true;

  constructor(surroundings: Surroundings, sink: Sink, encoding: Pick<OutboxOptions, "encode"> = {}) {
    this.surroundings = surroundings;
    this.#sink = sink;
    this.outbox = new Outbox(sink, {
      writer: surroundings.writer,
      maxBufferedBytes: surroundings.maxBufferedBytes,
      ...encoding,
      behind: () => surroundings.stalls.watch(this),
      overflow: () => this.tell((inlet) => inlet.overflow()),
      cut: () => this.cut(),
    });
  }

  abstract readonly progress: string;
  abstract send(frame: Frame): void;
  abstract deliver(frame: WireFrame): void;
  abstract close(disconnect: Disconnect): void;
  /** Ends the connection below, whatever still waits there. */
  protected abstract destroy(): void;

  get bufferedBytes(): number {
    return this.outbox.bufferedBytes;
  }

  get waits(): boolean {
    return this.open && this.#sink.writableLength > 0;
  }

  stalled(): void {
    if (!this.leave()) return;
    this.#guard(() => this.#inlet?.stalled?.());
    this.cut();
  }

  cut(): void {
    this.outbox.write();
    this.destroy();
  }

  /** Hands the connection to the door. */
  protected enter(connect: (outlet: this) => Inlet): void {
    this.surroundings.opened(this);
    this.#guard(() => {
      this.#inlet = connect(this);
    });
  }

  /** Tells the door, while the connection is open. */
  protected tell(what: (inlet: Inlet) => void): void {
    const inlet = this.#inlet;
    if (this.open && inlet) this.#guard(() => what(inlet));
  }

  /** No frame is taken from now on. False when that is so already. */
  protected leave(): boolean {
    if (!this.open) return false;
    this.open = false;
    this.surroundings.closing(this);
    return true;
  }

  /** The connection below is gone. */
  protected ended({ code, reason }: Disconnect): void {
    this.leave();
    this.surroundings.gone(this);
    this.#guard(() => this.#inlet?.closed(code, reason));
  }

  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.surroundings.log.error("a door failed", { error });
      this.close(serverError);
    }
  }
}
