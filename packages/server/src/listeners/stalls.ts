import type { Clock } from "../kit/clock.ts";

/** A connection that may have bytes waiting. */
export interface Debtor {
  /** Whether the kernel owes it something: it is open, and bytes wait that were offered. */
  readonly waits: boolean;
  /** Another value after the kernel has taken bytes; not looked at while nothing waits. */
  readonly progress: number | string;
  /** The verdict: nothing moves. */
  stalled(): void;
}

interface Observation {
  progress: number | string;
  looks: number;
}

/** So many looks in a row without progress, three parts of the limit between the first and the last, are the verdict. */
const LOOKS = 4;

/**
 * Finds the connections whose bytes wait in vain. One timer for all, and only while one is watched. Looks are counted
 * and not time: a process that itself stood still does not blame its readers.
 */
export class Stalls {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #watched = new Map<Debtor, Observation>();

  /** A limit of 0 is none. */
  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock;
    this.#limitMs = limitMs;
  }

  /** Bytes wait for this one. It is watched until none do. */
  watch(one: Debtor): void {
    if (this.#limitMs <= 0 || this.#watched.has(one)) return;
    this.#watched.set(one, { progress: one.progress, looks: 0 });
    if (this.#watched.size === 1) this.#lookLater();
  }

  #lookLater(): void {
    this.#clock.after(this.#limitMs / (LOOKS - 1), () => this.#look());
  }

  #look(): void {
    const verdicts: Debtor[] = [];
    for (const [one, seen] of this.#watched) {
      if (!one.waits) {
        this.#watched.delete(one);
        continue;
      }
      const { progress } = one;
      if (progress !== seen.progress) seen.looks = 0;
      seen.progress = progress;
      seen.looks++;
      if (seen.looks < LOOKS) continue;
      this.#watched.delete(one);
      verdicts.push(one);
    }
    if (this.#watched.size > 0) this.#lookLater();
    for (const one of verdicts) one.stalled();
  }
}
