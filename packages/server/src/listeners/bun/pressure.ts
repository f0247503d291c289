import type { Clock } from "../../kit/clock.ts";

/** A connection whose reader may be too slow. */
export interface Suspect {
  readonly bufferedBytes: number;
  /** Its queue is not empty. */
  behind(): void;
  /** The verdict: its queue is over the limit. */
  overflowed(): void;
}

/**
 * A look at more than this, about two milliseconds, is not repeated in the next turn, so that looking takes a twentieth of
 * the time. Counted and not measured: a process that had to wait for its core would take that for its own work, and a
 * reader that falls behind in a long pause is cut without a word.
 */
const LONG_LOOK = 10_000;
const PAUSE_MS_PER_SUSPECT = 0.004;

export interface PressureOptions {
  readonly clock: Clock;
  readonly maxBufferedBytes: number;
}

/**
 * Bun tells of a topic publish only whether any subscriber has fallen behind, and counts the frames of a turn when the
 * turn has ended. So suspects are collected, and their queues are looked at in a later turn.
 */
export class Pressure {
  readonly #options: PressureOptions;
  #single = new Set<Suspect>();
  #groups = new Set<ReadonlySet<Suspect>>();
  #scheduled = false;
  #notBefore = Number.NEGATIVE_INFINITY;

  constructor(options: PressureOptions) {
    this.#options = options;
  }

  /** Has a connection looked at soon. */
  suspect(one: Suspect): void {
    this.#single.add(one);
    this.#schedule();
  }

  /** Has all of these looked at soon. */
  suspectAll(group: ReadonlySet<Suspect>): void {
    this.#groups.add(group);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const { clock } = this.#options;
    const wait = this.#notBefore - clock.monotonic();
    if (wait < 1) clock.nextTurn(() => this.#look());
    else clock.after(wait, () => this.#look());
  }

  #look(): void {
    const { clock, maxBufferedBytes } = this.#options;
    const over = new Set<Suspect>();
    let looked = 0;
    for (const suspects of [this.#single, ...this.#groups]) {
      looked += suspects.size;
      for (const one of suspects) {
        const bytes = one.bufferedBytes;
        if (bytes > 0) one.behind();
        if (bytes > maxBufferedBytes) over.add(one);
      }
    }
    this.#single = new Set();
    this.#groups = new Set();
    this.#scheduled = false;
    if (looked > LONG_LOOK) this.#notBefore = clock.monotonic() + looked * PAUSE_MS_PER_SUSPECT;
    for (const one of over) one.overflowed();
  }
}
