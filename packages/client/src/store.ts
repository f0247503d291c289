/**
 * A value that changes, in the form every framework can bind. `get` returns the same reference until the value changes;
 * both functions work without their object, so they can be handed on as they are.
 */
export interface Store<T> {
  readonly get: () => T;
  /** Calls `listener` after each change; the returned function ends it. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** A store with its writing end. */
export interface Cell<T> extends Store<T> {
  readonly set: (next: T) => void;
}

export interface Usage {
  /** The first listener came. */
  readonly first?: () => void;
  /** The last listener left. */
  readonly last?: () => void;
}

export function createCell<T>(initial: T, usage: Usage = {}): Cell<T> {
  let value = initial;
  const listeners = createListeners<[]>(usage);
  return {
    get: () => value,
    set(next) {
      if (Object.is(value, next)) return;
      value = next;
      listeners.call();
    },
    subscribe: listeners.add,
  };
}

export interface Listeners<Args extends readonly unknown[]> {
  readonly add: (listener: (...args: Args) => void) => () => void;
  readonly call: (...args: Args) => void;
}

/** Counts each registration, also of the same function; what one listener throws is reported and reaches no other. */
export function createListeners<Args extends readonly unknown[]>({ first, last }: Usage = {}): Listeners<Args> {
  const listeners = new Set<{ readonly run: (...args: Args) => void }>();
  return {
    add(run) {
      const entry = { run };
      listeners.add(entry);
      if (listeners.size === 1) first?.();
      return () => {
        if (listeners.delete(entry) && listeners.size === 0) last?.();
      };
    },
    call(...args) {
      for (const { run } of [...listeners]) attempt(() => run(...args));
    },
  };
}

/** Runs what belongs to the application: an error of its own must not end the connection of everybody else. */
export function attempt(task: () => void): void {
  try {
    task();
  } catch (error) {
    report(error);
  }
}

/** Shows an error where the application's own uncaught ones are shown, if the runtime can. */
export function report(error: unknown): void {
  (globalThis.reportError ?? console.error)(error);
}
