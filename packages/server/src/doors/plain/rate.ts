import type { Clock } from "../../kit/clock.ts";

/** `over`: one frame too many, which is not taken. `flood`: so many that they are no accident. */
export type Verdict = "fine" | "over" | "flood";

/** Seconds' worth of frames that may come at once. */
const BURST_SECONDS = 2;

/** A bucket of frames for one connection: `perSecond` drip in, as many as two seconds bring fit. 0: no limit. */
export class Rate {
  readonly #perSecond: number;
  readonly #clock: Clock;
  readonly #burst: number;
  #left: number;
  #at: number;

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond;
    this.#clock = clock;
    this.#burst = perSecond * BURST_SECONDS;
    this.#left = this.#burst;
    this.#at = clock.monotonic();
  }

  /** In words, for who went over it. */
  get limit(): string {
    return `more than ${this.#perSecond} frames a second`;
  }

  take(): Verdict {
    if (this.#perSecond === 0) return "fine";
    const now = this.#clock.monotonic();
    this.#left = Math.min(this.#burst, this.#left + ((now - this.#at) / 1_000) * this.#perSecond) - 1;
    this.#at = now;
    if (this.#left >= 0) return "fine";
    return this.#left > -this.#burst ? "over" : "flood";
  }
}
