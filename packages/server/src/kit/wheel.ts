import type { Clock } from "./clock.ts";

/** Something that is due at one moment at a time. Its owner sets it again for the next. */
export interface Deadline {
  /** Milliseconds on the wheel's clock; 0 while not set. The wheel's own. */
  due: number;
  previous: Deadline | undefined;
  next: Deadline | undefined;
  fire(now: number): void;
}

/**
 * One timing wheel for all deadlines: no timer object per connection. Setting and clearing are constant time; a
 * deadline fires at most one tick late, never early.
 */
export interface Wheel {
  /** Sets or moves a deadline. */
  set(deadline: Deadline, due: number): void;
  clear(deadline: Deadline): void;
  stop(): void;
}

const SLOTS = 1024;
export const WHEEL_TICK_MS = 50;

interface Slot extends Deadline {
  previous: Deadline;
  next: Deadline;
}

function createSlot(): Slot {
  const slot = { due: -1, fire: () => {} } as unknown as Slot;
  slot.previous = slot;
  slot.next = slot;
  return slot;
}

export function createWheel(clock: Clock): Wheel {
  const slots: readonly Slot[] = Array.from({ length: SLOTS }, createSlot);
  const tickOf = (time: number): number => Math.floor(time / WHEEL_TICK_MS);
  /** The tick of the last run. Its slot is run once more: it also holds what falls due later in that tick. */
  let reached = tickOf(clock.now());

  function unlink(deadline: Deadline): void {
    if (deadline.previous && deadline.next) {
      deadline.previous.next = deadline.next;
      deadline.next.previous = deadline.previous;
    }
    deadline.previous = undefined;
    deadline.next = undefined;
  }

  function link(deadline: Deadline): void {
    const slot = slots[Math.max(reached, tickOf(deadline.due)) % SLOTS] as Slot;
    deadline.previous = slot.previous;
    deadline.next = slot;
    slot.previous.next = deadline;
    slot.previous = deadline;
  }

  function runSlot(slot: Slot, now: number): void {
    if (slot.next === slot) return;
    // Detach the list first: a deadline that sets itself again must not be met twice in this run.
    const batch: Deadline[] = [];
    for (let entry: Deadline = slot.next; entry !== slot; entry = entry.next as Deadline) batch.push(entry);
    for (const entry of batch) {
      if (!entry.previous || entry.due > now) continue;
      unlink(entry);
      entry.due = 0;
      entry.fire(now);
    }
  }

  const cancel = clock.every(WHEEL_TICK_MS, () => {
    const now = clock.now();
    const target = tickOf(now);
    // After a long pause (a sleeping laptop) one round meets every deadline that is due.
    const from = Math.max(reached, target - SLOTS + 1);
    reached = target;
    for (let tick = from; tick <= target; tick++) runSlot(slots[tick % SLOTS] as Slot, now);
  });

  return {
    set(deadline, due) {
      unlink(deadline);
      deadline.due = due;
      link(deadline);
    },
    clear(deadline) {
      unlink(deadline);
      deadline.due = 0;
    },
    stop: cancel,
  };
}
