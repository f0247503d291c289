import type { Stream } from "../../hub/ports/listener.ts";
import type { Frame, Inlet, Outlet } from "../../hub/ports/outlet.ts";
import type { Clock } from "../../kit/clock.ts";
import { Batch } from "../batch.ts";
import type { GzipStream } from "../gzip-stream.ts";
import { type Disconnect, LAST_RESORT_FACTOR, LINGER_MS } from "../listener-options.ts";
import type { Debtor } from "../stalls.ts";
import type { TurnWriter } from "../turn-writer.ts";
import { type Surroundings, serverError } from "./connection.ts";

export interface StreamOptions {
  readonly surroundings: Surroundings;
  readonly clock: Clock;
  readonly writer: TurnWriter;
}

/** Bun tells only when all of a write has left, so a slow reader's progress can be seen only in pieces. */
const PIECE_BYTES = 65_536;

/** A frame as streams share it. */
export const batchOf = (frame: Frame): Batch => new Batch(typeof frame === "string" ? Buffer.from(frame) : frame);

/** One response without an end: the hub's outlet. Its queue is kept here, since Bun would let it grow without bound. */
export class StreamOutlet implements Outlet, Debtor {
  readonly #options: StreamOptions;
  readonly #gzip: GzipStream | undefined;
  readonly topics: Set<string> = new Set();
  #inlet: Inlet | undefined;
  #sink: ReadableStreamDirectController | undefined;
  #queue: Batch | undefined;
  /** What the last write from the queue left for later pieces. */
  #rest: Uint8Array | undefined;
  /** Bytes handed to the sink that the kernel has not taken; nothing more is handed over meanwhile. */
  #blockedBytes = 0;
  #awaitsTurn = false;
  #warned = false;
  progress = 0;
  #gone = false;
  #farewell: Disconnect | undefined;
  #stopLinger: () => void = () => {};
  #finish: () => void = () => {};
  #abort: (reason: Error) => void = () => {};
  open = true;

  constructor(options: StreamOptions, gzip: GzipStream | undefined) {
    this.#options = options;
    this.#gzip = gzip;
  }

  /** Hands the connection to the door and returns the body of its response. `left` fires when the client goes away. */
  start(stream: Stream, left: AbortSignal): ReadableStream<Uint8Array> {
    this.#options.surroundings.opened(this);
    left.addEventListener("abort", () => this.#end(1006, ""), { once: true });
    this.#guard(() => {
      this.#inlet = stream.connect(this);
    });
    const source = {
      type: "direct",
      pull: (sink: ReadableStreamDirectController) => {
        const whole = new Promise<void>((resolve, reject) => {
          this.#finish = resolve;
          this.#abort = reject;
        });
        this.#sink = sink;
        if (this.#gone) this.#finish();
        else this.flush();
        return whole;
      },
    };
    // The types of browsers, where programs have both, know no direct streams.
    return new ReadableStream<Uint8Array>(source as object);
  }

  send(frame: Frame): void {
    this.deliver(batchOf(frame));
  }

  /** `send` for a frame that others receive too. */
  deliver(frame: Batch): void {
    if (!this.open || frame.size === 0) return;
    this.#queue = this.#queue ? this.#queue.with(frame.bytes) : frame;
    this.#requestTurn();
  }

  close(disconnect: Disconnect): void {
    if (!this.open) return;
    this.open = false;
    this.#farewell = disconnect;
    this.#options.surroundings.closing(this);
    this.#stopLinger = this.#options.clock.after(LINGER_MS, () => this.cut());
    this.#requestTurn();
  }

  get bufferedBytes(): number {
    return (this.#queue?.size ?? 0) + (this.#rest?.length ?? 0) + this.#blockedBytes;
  }

  get waits(): boolean {
    return this.open && this.#blockedBytes > 0;
  }

  /** Writes what is queued, unless the reader is behind: then the queue is judged. */
  flush(): void {
    this.#awaitsTurn = false;
    if (!this.#sink || this.#gone) return;
    if (this.#blockedBytes > 0) this.#judge();
    else if (this.#writeAll(this.#sink) && this.#farewell) this.#leave(this.#sink, this.#farewell);
  }

  stalled(): void {
    if (!this.open) return;
    this.open = false;
    this.#options.surroundings.closing(this);
    this.#guard(() => this.#inlet?.stalled?.());
    this.cut();
  }

  /** Ends the connection at once. */
  cut(): void {
    this.#abort(new Error("the stream was cut"));
    this.#end(this.#farewell?.code ?? 1006, this.#farewell?.reason ?? "");
  }

  #requestTurn(): void {
    if (this.#awaitsTurn) return;
    this.#awaitsTurn = true;
    this.#options.writer.add(this);
  }

  /** Whether nothing is left. */
  #writeAll(sink: ReadableStreamDirectController): boolean {
    for (let piece = this.#nextPiece(); piece; piece = this.#nextPiece()) {
      const taken = sink.write(piece);
      sink.flush();
      if (typeof taken === "number") continue;
      this.#blockedBytes = piece.length;
      this.#options.surroundings.stalls.watch(this);
      const drained = (): void => {
        this.#blockedBytes = 0;
        this.progress++;
        this.flush();
      };
      taken.then(drained, drained);
      return false;
    }
    return true;
  }

  #nextPiece(): Uint8Array | undefined {
    let bytes = this.#rest;
    if (!bytes && this.#queue) {
      const queued = this.#queue.bytes;
      this.#queue = undefined;
      bytes = this.#gzip?.write(queued) ?? queued;
    }
    if (!bytes || bytes.length <= PIECE_BYTES) {
      this.#rest = undefined;
      return bytes;
    }
    this.#rest = bytes.subarray(PIECE_BYTES);
    return bytes.subarray(0, PIECE_BYTES);
  }

  #judge(): void {
    const { maxBufferedBytes } = this.#options.surroundings;
    if (this.bufferedBytes > maxBufferedBytes * LAST_RESORT_FACTOR) this.cut();
    else if (this.bufferedBytes > maxBufferedBytes && this.open && !this.#warned) {
      this.#warned = true;
      this.#guard(() => this.#inlet?.overflow());
    }
  }

  #leave(sink: ReadableStreamDirectController, { code, reason }: Disconnect): void {
    if (this.#gzip) sink.write(this.#gzip.end());
    sink.end();
    this.#end(code, reason);
  }

  #end(code: number, reason: string): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#stopLinger();
    this.#queue = undefined;
    this.#rest = undefined;
    this.#blockedBytes = 0;
    if (this.open) {
      this.open = false;
      this.#options.surroundings.closing(this);
    }
    this.#options.surroundings.gone(this);
    this.#finish();
    this.#guard(() => this.#inlet?.closed(code, reason));
  }

  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#options.surroundings.log.error("a door failed", { error });
      this.close(serverError);
    }
  }
}
