import type { Store } from "@altavoz/client";
import { useSyncExternalStore } from "react";

const never = (): (() => void) => () => {};

/**
 * What a store holds, and again after each change; it is in use while the component is mounted. On a server, while a page
 * that came from one is taken over, and where there is no store, it is `idle`.
 */
export function useStore<T>(store: Store<T> | undefined, idle: T): T {
  const getIdle = (): T => idle;
  return useSyncExternalStore(store?.subscribe ?? never, store?.get ?? getIdle, getIdle);
}
