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
