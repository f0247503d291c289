import type { Clock } from "./clock.ts";

interface Pending {
  due: number;
  order: number;
  period: number;
  task: () => void;
}

/** A clock that moves only when told to; due tasks run in the order of their time, then of their creation. */
export interface VirtualClock extends Clock {
  /** Moves time forward by `ms` and runs what falls due on the way. */
  advance(ms: number): void;
  /** Runs tasks handed to `nextTurn`, including those that they add. */
  turn(): void;
}

export function createVirtualClock(start = 1_700_000_000_000): VirtualClock {
  let now = start;
  let order = 0;
  const pending = new Set<Pending>();
  let turns: (() => void)[] = [];

  function schedule(ms: number, period: number, task: () => void): () => void {
    const entry: Pending = { due: now + ms, order: order++, period, task };
    pending.add(entry);
    return () => {
      pending.delete(entry);
    };
  }

  function earliest(until: number): Pending | undefined {
    let found: Pending | undefined;
    for (const entry of pending) {
      if (entry.due > until) continue;
      if (!found || entry.due < found.due || (entry.due === found.due && entry.order < found.order)) found = entry;
    }
    return found;
  }

  return {
    now: () => now,
    monotonic: () => now - start,
    after: (ms, task) => schedule(ms, 0, task),
    every: (ms, task) => schedule(ms, Math.max(1, ms), task),
    nextTurn(task) {
      turns.push(task);
    },
    turn() {
      while (turns.length > 0) {
        const batch = turns;
        turns = [];
        for (const task of batch) task();
      }
    },
    advance(ms) {
      const until = now + ms;
      for (let entry = earliest(until); entry; entry = earliest(until)) {
        now = Math.max(now, entry.due);
        if (entry.period > 0) entry.due += entry.period;
        else pending.delete(entry);
        entry.task();
      }
      now = until;
    },
  };
}
