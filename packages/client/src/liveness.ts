import type { Clock } from "./kit/clock.ts";

/**
 * How far to trust what is on the screen.
 * - `idle`: nobody asked for it.
 * - `connecting`: on the way for the first time.
 * - `live`: what you see is current.
 * - `recovering`: the connection broke a moment ago and is being restored.
 * - `stale`: away for longer than that, or the device is offline: what you see may be old. Still trying.
 * - `failed`: the hub or the token's source said no; nothing happens until `client.connect()`.
 */
export type Status = "idle" | "connecting" | "live" | "recovering" | "stale" | "failed";

/** Why something is not live. Codes are those of the hub's reference; below 100 they are the client library's own. */
export interface Reason {
  readonly code: number;
  readonly message: string;
}

export interface Liveness {
  readonly live: () => void;
  /** Not live, and on the way back; `isHopeless` when there is no use in waiting to call it stale. */
  readonly away: (isHopeless?: boolean) => void;
  readonly settle: (status: "idle" | "failed") => void;
}

/** Turns what happens to a connection or a subscription into one status; only time makes `recovering` stale. */
export function createLiveness(
  clock: Clock,
  { staleAfterMs, change }: { readonly staleAfterMs: number; readonly change: (status: Status) => void },
): Liveness {
  let wasLive = false;
  let isStale = false;
  let cancel: (() => void) | undefined;
  const clear = (): void => {
    cancel?.();
    cancel = undefined;
  };
  const goStale = (): void => {
    clear();
    isStale = true;
    change("stale");
  };
  return {
    live() {
      clear();
      wasLive = true;
      isStale = false;
      change("live");
    },
    away(isHopeless = false) {
      if (!wasLive) return change("connecting");
      if (isHopeless || isStale) return goStale();
      cancel ??= clock.after(staleAfterMs, goStale);
      change("recovering");
    },
    settle(status) {
      clear();
      wasLive = isStale = false;
      change(status);
    },
  };
}
