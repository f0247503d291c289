import type { Clock } from "./kit/clock.ts";

export interface Holds {
  /** The returned function gives the hold back, once; after `drop` it does nothing. */
  readonly hold: () => () => void;
  readonly count: () => number;
  /** Ends all holds at once, without the grace. */
  readonly drop: () => void;
}

export interface HoldsOptions {
  readonly clock: Clock;
  /** How long after the last hold `close` waits: who leaves and comes back at once, as pages do, finds it open. */
  readonly graceMs: number;
  readonly open: () => void;
  readonly close: () => void;
}

/** Counts who uses a thing: `open` before the first, `close` after the last and a grace. */
export function createHolds({ clock, graceMs, open, close }: HoldsOptions): Holds {
  const holds = new Set<symbol>();
  let isOpen = false;
  let cancel: (() => void) | undefined;
  const shut = (): void => {
    cancel?.();
    cancel = undefined;
    if (!isOpen) return;
    isOpen = false;
    close();
  };
  return {
    hold() {
      const name = Symbol();
      holds.add(name);
      cancel?.();
      cancel = undefined;
      if (!isOpen) {
        isOpen = true;
        open();
      }
      return () => {
        if (holds.delete(name) && holds.size === 0) cancel = clock.after(graceMs, shut);
      };
    },
    count: () => holds.size,
    drop() {
      holds.clear();
      shut();
    },
  };
}
