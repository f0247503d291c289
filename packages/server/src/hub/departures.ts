import type { Clock } from "../kit/clock.ts";
import { type Deadline, WHEEL_TICK_MS, type Wheel } from "../kit/wheel.ts";

export interface DeparturesOptions<T> {
  readonly wheel: Wheel;
  readonly clock: Clock;
  /** Nobody waits longer than this. */
  readonly withinMs: number;
  readonly leave: (one: T) => void;
}

/** So many leave at once, and again with each step: few are not made to wait, and come back in no storm. */
const AT_ONCE = 20;

/** Sends away many, spread over some time, because each comes back at once. First come, first gone. */
export class Departures<T> implements Deadline {
  due = 0;
  previous: Deadline | undefined = undefined;
  next: Deadline | undefined = undefined;
  readonly #options: DeparturesOptions<T>;
  /** Until when each leaves at the latest. */
  readonly #waiting = new Map<T, number>();
  #leftInStep = 0;

  constructor(options: DeparturesOptions<T>) {
    this.#options = options;
  }

  add(one: T): void {
    const { wheel, clock, leave, withinMs } = this.#options;
    const now = clock.now();
    if (this.due === 0) {
      this.#leftInStep = 0;
      wheel.set(this, now + WHEEL_TICK_MS);
    }
    if (this.#leftInStep++ < AT_ONCE || withinMs === 0) leave(one);
    else this.#waiting.set(one, now + withinMs);
  }

  delete(one: T): void {
    this.#waiting.delete(one);
  }

  fire(now: number): void {
    const [first] = this.#waiting.values();
    if (first === undefined) return;
    this.#options.wheel.set(this, now + WHEEL_TICK_MS);
    const steps = Math.max(1, Math.floor((first - now) / WHEEL_TICK_MS));
    let count = Math.min(this.#waiting.size, Math.max(AT_ONCE, Math.ceil(this.#waiting.size / steps)));
    this.#leftInStep = count;
    for (const one of this.#waiting.keys()) {
      if (count-- === 0) return;
      this.#waiting.delete(one);
      this.#options.leave(one);
    }
  }
}
