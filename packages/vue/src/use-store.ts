import type { Store } from "@altavoz/client";
import { type ComputedRef, computed, type ShallowRef, shallowRef, watch } from "vue";
import { useLifetime } from "./use-lifetime.ts";

/**
 * What a store holds, kept up to date while the scope lives; `source` may name another store later. On a server, before
 * the component is mounted, and where there is no store, it is `idle`.
 */
export function useStore<T>(source: () => Store<T> | undefined, idle: T): Readonly<ShallowRef<T>> {
  const state = shallowRef(idle) as ShallowRef<T>;
  useLifetime()(() => {
    watch(
      source,
      (store, _, onCleanup) => {
        const update = (): void => {
          state.value = store ? store.get() : idle;
        };
        if (store) onCleanup(store.subscribe(update));
        update();
      },
      { immediate: true, flush: "sync" },
    );
  });
  return state;
}

export type RefsOf<T, K extends keyof T> = { readonly [Name in K]-?: ComputedRef<T[Name]> };

/** Each of these fields as a reference of its own: a component is rendered again only for those it shows. */
export const refsOf = <T extends object, K extends keyof T>(
  state: Readonly<ShallowRef<T>>,
  names: readonly K[],
): RefsOf<T, K> => Object.fromEntries(names.map((name) => [name, computed(() => state.value[name])])) as RefsOf<T, K>;
