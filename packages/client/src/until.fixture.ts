import type { Store } from "./store.ts";

/** Resolves with the first state that fits; states that pass meanwhile are seen too. */
export function until<T>(store: Store<T>, fits: (state: T) => boolean): Promise<T> {
  return new Promise((resolve) => {
    const look = (): void => {
      const state = store.get();
      if (!fits(state)) return;
      stop();
      resolve(state);
    };
    const stop = store.subscribe(() => queueMicrotask(look));
    look();
  });
}

/** For what nobody announces, such as the end of a grace. */
export async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Every value that a part of the state had, one after the other, from now on. */
export function trace<T, V>(store: Store<T>, part: (state: T) => V): { readonly seen: V[]; readonly stop: () => void } {
  const seen = [part(store.get())];
  const stop = store.subscribe(() => {
    const value = part(store.get());
    if (value !== seen.at(-1)) seen.push(value);
  });
  return { seen, stop };
}
