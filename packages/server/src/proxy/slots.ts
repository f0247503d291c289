export interface Turn {
  /** Resolves when there is a slot. */
  readonly come: Promise<void>;
  /** Gives the slot back, or no longer waits for one. To be called once, in any case. */
  leave(): void;
}

/** A bounded number of things at the same time; a bounded number of others wait for their turn, first come first served. */
export interface Slots {
  /** `undefined`: no slot is free, and too many wait for one. */
  enter(): Turn | undefined;
}

export interface SlotsOptions {
  readonly size: number;
  readonly waiting: number;
}

export function createSlots({ size, waiting }: SlotsOptions): Slots {
  let taken = 0;
  const queue = new Set<() => void>();

  function exit(): void {
    const [next] = queue;
    if (!next) {
      taken--;
      return;
    }
    queue.delete(next);
    next();
  }

  return {
    enter() {
      if (taken < size) {
        taken++;
        return { come: Promise.resolve(), leave: exit };
      }
      if (queue.size >= waiting) return undefined;
      const { promise, resolve } = Promise.withResolvers<void>();
      queue.add(resolve);
      return {
        come: promise,
        leave: () => {
          if (!queue.delete(resolve)) exit();
        },
      };
    },
  };
}
