import type { Clock } from "../kit/clock.ts";

export interface CircuitBreakerOptions {
  /** So many failures one after the other open the circuit; 0 for never. */
  readonly failures: number;
  /** How long nobody is asked before one question probes whether the other side is back. */
  readonly openMs: number;
  readonly clock: Clock;
}

export type CircuitState = "closed" | "open" | "half-open";

/** Whoever `admits` lets through must report with `succeeded`, `failed` or, when it told nothing, `withdrawn`. */
export interface CircuitBreaker {
  readonly state: CircuitState;
  /** Whether to ask now. After the open time exactly one is let through at a time. */
  admits(): boolean;
  succeeded(): void;
  failed(): void;
  /** It was let through and learned nothing about the other side. */
  withdrawn(): void;
}

/** Spares a backend that is down the questions, and their askers the waiting. */
export function createCircuitBreaker({ failures, openMs, clock }: CircuitBreakerOptions): CircuitBreaker {
  let inARow = 0;
  /** `undefined` while closed. */
  let openedAt: number | undefined;
  let probing = false;

  const rested = (): boolean => openedAt !== undefined && clock.monotonic() - openedAt >= openMs;

  return {
    get state() {
      if (openedAt === undefined) return "closed";
      return probing || rested() ? "half-open" : "open";
    },
    admits() {
      if (openedAt === undefined) return true;
      if (probing || !rested()) return false;
      probing = true;
      return true;
    },
    succeeded() {
      // What was asked before the circuit opened says nothing about now; only the probe closes it.
      if (openedAt !== undefined && !probing) return;
      inARow = 0;
      openedAt = undefined;
      probing = false;
    },
    failed() {
      inARow++;
      if (probing || (openedAt === undefined && failures > 0 && inARow >= failures)) {
        openedAt = clock.monotonic();
        probing = false;
      }
    },
    withdrawn() {
      probing = false;
    },
  };
}
