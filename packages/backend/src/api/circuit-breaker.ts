import type { Clock } from "../kit/clock.ts";

/** "closed": calls pass. "open": none does. "half-open": one is on its way to find out. */
export type CircuitState = "closed" | "open" | "half-open";

export interface CircuitOptions {
  /** So many failures in a row open it. */
  readonly failures: number;
  /** After so long one call is let through. */
  readonly coolDownMs: number;
}

export interface CircuitBreaker {
  readonly state: CircuitState;
  /** False: do not ask. True: ask, and say how it went. */
  enter(): boolean;
  succeeded(): void;
  failed(): void;
}

/** Does not ask again and again what does not answer. */
export function createCircuitBreaker({ failures, coolDownMs }: CircuitOptions, clock: Clock): CircuitBreaker {
  let inARow = 0;
  let openedAt = 0;
  let state: CircuitState = "closed";
  return {
    get state() {
      return state;
    },
    enter() {
      if (state === "closed") return true;
      if (state === "half-open" || clock.now() - openedAt < coolDownMs) return false;
      state = "half-open";
      return true;
    },
    succeeded() {
      inARow = 0;
      state = "closed";
    },
    failed() {
      inARow++;
      if (state === "closed" && inARow < failures) return;
      state = "open";
      openedAt = clock.now();
    },
  };
}
