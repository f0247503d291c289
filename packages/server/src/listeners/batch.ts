/**
 * The bytes that one connection has waiting, as a chain of frames that connections share: those that were sent the same
 * frames since their last write hold the same batch, and its bytes are put together once.
 */
export class Batch {
  readonly #before: Batch | undefined;
  readonly #frame: Uint8Array;
  #next: Batch | undefined;
  #whole: Uint8Array | undefined;
  /** Bytes in all. */
  readonly size: number;

  constructor(frame: Uint8Array, before?: Batch) {
    this.#frame = frame;
    this.#before = before;
    this.size = frame.length + (before?.size ?? 0);
  }

  /** This batch with one more frame. */
  with(frame: Uint8Array): Batch {
    if (this.#next === undefined || this.#next.#frame !== frame) this.#next = new Batch(frame, this);
    return this.#next;
  }

  get bytes(): Uint8Array {
    if (!this.#before) return this.#frame;
    this.#whole ??= this.#join();
    return this.#whole;
  }

  #join(): Uint8Array {
    const whole = Buffer.allocUnsafe(this.size);
    for (let part: Batch | undefined = this; part; part = part.#before) {
      whole.set(part.#frame, part.size - part.#frame.length);
    }
    return whole;
  }
}
