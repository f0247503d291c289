import type { Batch } from "../batch.ts";
import { LAST_RESORT_FACTOR } from "../listener-options.ts";
import type { Flushable, TurnWriter } from "../turn-writer.ts";

/** Where bytes leave: a socket or a response. */
export interface Sink {
  write(bytes: Uint8Array): boolean;
  /** Bytes that the kernel has not taken yet. */
  readonly writableLength: number;
}

export interface OutboxOptions {
  readonly writer: TurnWriter;
  readonly maxBufferedBytes: number;
  /** What the bytes of a write become; absent: they stay as they are. */
  readonly encode?: (bytes: Uint8Array) => Uint8Array;
  /** The kernel has not taken all of a write. */
  behind(): void;
  /** The queue passed the limit; called once, never from inside `add`. */
  overflow(): void;
  /** The verdict was not heeded and the queue keeps growing. */
  cut(): void;
}

/** The bounded queue of one connection. Frames of one turn leave in one write. */
export class Outbox implements Flushable {
  readonly #sink: Sink;
  readonly #options: OutboxOptions;
  #batch: Batch | undefined;
  #awaitsTurn = false;
  #warned = false;

  constructor(sink: Sink, options: OutboxOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  /** Queues a batch of one frame. */
  add(frame: Batch): void {
    this.#batch = this.#batch ? this.#batch.with(frame.bytes) : frame;
    if (this.#awaitsTurn) return;
    this.#awaitsTurn = true;
    this.#options.writer.add(this);
  }

  get bufferedBytes(): number {
    return (this.#batch?.size ?? 0) + this.#sink.writableLength;
  }

  /** Hands what is queued to the kernel. */
  write(): void {
    const bytes = this.#batch?.bytes;
    this.#batch = undefined;
    if (bytes && bytes.length > 0) this.#sink.write(this.#options.encode?.(bytes) ?? bytes);
  }

  flush(): void {
    this.#awaitsTurn = false;
    this.write();
    const left = this.#sink.writableLength;
    if (left > 0) this.#judge(left);
  }

  #judge(left: number): void {
    const { maxBufferedBytes, behind, overflow, cut } = this.#options;
    behind();
    if (left > maxBufferedBytes * LAST_RESORT_FACTOR) cut();
    else if (left > maxBufferedBytes && !this.#warned) {
      this.#warned = true;
      overflow();
    }
  }
}
