import type { Clock } from "../../kit/clock.ts";

/** A connection whose reader may be too slow. */
export interface Suspect {
  readonly bufferedBytes: number;
  /** The verdict: its queue is over the limit. */
  overflowed(): void;
}

/** The least time between two looks at the queues. */
const LOOK_EVERY_MS = 250;

export interface PressureOptions {
  readonly clock: Clock;
  readonly maxBufferedBytes: number;
}

/**
 * Bun tells of a topic publish only whether any subscriber has fallen behind, and counts the frames of a turn when the
 * turn has ended. So suspects are collected, and their queues are looked at in a later turn, not too often.
 */
export class Pressure {
  readonly #options: PressureOptions;
  #suspects = new Set<Iterable<Suspect>>();
  #lastLook = Number.NEGATIVE_INFINITY;

  constructor(options: PressureOptions) {
    this.#options = options;
  }

  /** Has these connections looked at soon. */
  suspect(connections: Iterable<Suspect>): void {
    if (this.#suspects.size === 0) this.#schedule();
    this.#suspects.add(connections);
  }

  #schedule(): void {
    const { clock } = this.#options;
    const wait = this.#lastLook + LOOK_EVERY_MS - clock.monotonic();
    if (wait <= 0) clock.nextTurn(() => this.#look());
    else clock.after(wait, () => this.#look());
  }

  #look(): void {
    this.#lastLook = this.#options.clock.monotonic();
    const suspects = this.#suspects;
    this.#suspects = new Set();
    const over = new Set<Suspect>();
    for (const connections of suspects) {
      for (const one of connections) if (one.bufferedBytes > this.#options.maxBufferedBytes) over.add(one);
    }
    for (const one of over) one.overflowed();
  }
}
