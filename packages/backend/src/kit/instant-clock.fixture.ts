import type { Clock } from "./clock.ts";
import type { Random } from "./random.ts";

export interface InstantClock extends Clock {
  /** How long everything waited that was waited for, in order. */
  readonly pauses: number[];
}

/** Whoever waits goes on at once, and the time has passed. */
export function createInstantClock(): InstantClock {
  let now = 1_700_000_000_000;
  const pauses: number[] = [];
  return {
    pauses,
    now: () => now,
    after(ms, task) {
      let cancelled = false;
      queueMicrotask(() => {
        if (cancelled) return;
        now += ms;
        pauses.push(ms);
        task();
      });
      return () => {
        cancelled = true;
      };
    },
  };
}

/** Always the same fraction, and ids that count. */
export function createPlainRandom(fraction = 1): Random {
  let count = 0;
  return { uuid: () => `id-${++count}`, fraction: () => fraction };
}
