/** What the client asks of the page around it. There is none on a server. */
export interface Page {
  readonly isOnline: () => boolean;
  readonly isVisible: () => boolean;
  /** Called when one of the two may have changed; the returned function ends it. */
  onChange(listener: () => void): () => void;
}

/** The page of a browser, seen through its own globals; in Node and Bun one that is always online and visible. */
export function browserPage(): Page {
  const { navigator, document } = globalThis;
  const isWindow = typeof globalThis.addEventListener === "function";
  return {
    isOnline: () => navigator?.onLine !== false,
    isVisible: () => document?.visibilityState !== "hidden",
    onChange(listener) {
      if (!isWindow) return () => {};
      const events: readonly (readonly [EventTarget | undefined, string])[] = [
        [globalThis, "online"],
        [globalThis, "offline"],
        [document, "visibilitychange"],
      ];
      for (const [target, name] of events) target?.addEventListener(name, listener);
      return () => {
        for (const [target, name] of events) target?.removeEventListener(name, listener);
      };
    },
  };
}
