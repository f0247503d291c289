import type { Page } from "./kit/page.ts";

/** A page that a test puts to sleep, takes offline and wakes. */
export interface FakePage extends Page {
  readonly become: (now: { readonly online?: boolean; readonly visible?: boolean }) => void;
  readonly watchers: () => number;
}

export function createFakePage(): FakePage {
  let online = true;
  let visible = true;
  const listeners = new Set<() => void>();
  return {
    isOnline: () => online,
    isVisible: () => visible,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    become(now) {
      online = now.online ?? online;
      visible = now.visible ?? visible;
      for (const listener of listeners) listener();
    },
    watchers: () => listeners.size,
  };
}
