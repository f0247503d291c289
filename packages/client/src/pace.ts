import { type Clock, systemClock } from "./kit/clock.ts";
import { report } from "./store.ts";

/** A listener at another pace. */
export interface Paced<T> {
  (value: T): void;
  /** Hands over at once what waits. */
  readonly flush: () => void;
  /** Forgets what waits. Call it with the end of whoever listens. */
  readonly cancel: () => void;
}

/** Hands over the first value at once, and then at most one every `ms`: the newest. The last value always arrives. */
export function throttle<T>(listener: (value: T) => void, ms: number, clock: Clock = systemClock): Paced<T> {
  let newest: { readonly value: T } | undefined;
  let isResting = false;
  const { flush, cancel, later } = pace(clock, () => {
    isResting = false;
    if (!newest) return;
    const { value } = newest;
    newest = undefined;
    rest();
    listener(value);
  });
  const rest = (): void => {
    isResting = true;
    later(ms);
  };
  return Object.assign(
    (value: T) => {
      newest = { value };
      if (!isResting) flush();
    },
    {
      flush,
      cancel() {
        newest = undefined;
        isResting = false;
        cancel();
      },
    },
  );
}

/** Hands over what came in `ms` together, in order; earlier when `max` wait. */
export function batch<T>(
  listener: (values: readonly T[]) => void,
  { ms, max = 1000, clock = systemClock }: { readonly ms: number; readonly max?: number; readonly clock?: Clock },
): Paced<T> {
  let values: T[] = [];
  const { flush, cancel, later } = pace(clock, () => {
    const full = values;
    values = [];
    if (full.length > 0) listener(full);
  });
  return Object.assign(
    (value: T) => {
      values.push(value);
      if (values.length >= max) flush();
      else if (values.length === 1) later(ms);
    },
    {
      flush,
      cancel() {
        values = [];
        cancel();
      },
    },
  );
}

/** For work that takes time: one run at a time, and after it the newest value that came meanwhile; what was between is left out. */
export function latestOnly<T>(work: (value: T) => Promise<unknown>): (value: T) => void {
  let next: { readonly value: T } | undefined;
  let isRunning = false;
  const run = async (): Promise<void> => {
    isRunning = true;
    while (next) {
      const { value } = next;
      next = undefined;
      await work(value).catch(report);
    }
    isRunning = false;
  };
  return (value) => {
    next = { value };
    if (!isRunning) void run();
  };
}

/** One timer around one task. */
function pace(
  clock: Clock,
  task: () => void,
): { readonly flush: () => void; readonly cancel: () => void; readonly later: (ms: number) => void } {
  let stop: (() => void) | undefined;
  const cancel = (): void => {
    stop?.();
    stop = undefined;
  };
  const flush = (): void => {
    cancel();
    task();
  };
  return {
    flush,
    cancel,
    later(ms) {
      stop = clock.after(ms, flush);
    },
  };
}
