import {
  createPlainSocket,
  idlePlainState,
  type PlainEvent,
  type PlainSocketOptions,
  type PlainState,
} from "@altavoz/client/plain";
import { useEffect, useMemo } from "react";
import { useLatest } from "./use-latest.ts";
import { useStore } from "./use-store.ts";

export interface WebSocketHookOptions<Event>
  extends Omit<PlainSocketOptions, "getToken" | "user" | "clock" | "chance"> {
  /** Whose connection it is. `null`: nobody is signed in, and there is none. */
  readonly user?: string | null | undefined;
  /** A token that lasts as long as the page. `null`: there is none yet, and no connection. */
  readonly token?: string | null | undefined;
  /** Asked for each connection and when the token has expired. Takes the place of `token`. */
  readonly getToken?: (() => string | Promise<string>) | undefined;
  readonly onEvent?: (event: Event, context: PlainEvent<Event>) => void;
  /** Something was missed and cannot be had: load the state anew. */
  readonly onGap?: () => void;
}

export interface WebSocketResult extends PlainState {
  readonly isConnected: boolean;
  /** Why not, in words; `null` while all is well. */
  readonly error: string | null;
  /** Begins anew after `failed`. */
  readonly retry: () => void;
}

/**
 * The plain WebSocket of the hub at `/ws`, and the channel that it gives to everybody it lets in. All components with the
 * same address and user share one connection; it is open while one of them is mounted.
 */
export function useWebSocket<Event = unknown>(options: WebSocketHookOptions<Event>): WebSocketResult {
  const { url, token, getToken, attempts, heartbeatMs, baseDelayMs, maxDelayMs, graceMs } = options;
  const latest = useLatest(options);
  const isWanted = options.user !== null && Boolean(token || getToken);
  // Without a name for the user the token says whose connection it is.
  const user = options.user ?? token ?? "";
  const socket = useMemo(
    () =>
      isWanted
        ? createPlainSocket<Event>({
            ...{ url, user, attempts, heartbeatMs, baseDelayMs, maxDelayMs, graceMs },
            getToken: () => latest.current.getToken?.() ?? latest.current.token ?? "",
          })
        : undefined,
    [isWanted, url, user, attempts, heartbeatMs, baseDelayMs, maxDelayMs, graceMs, latest],
  );
  const state = useStore<PlainState>(socket, idlePlainState);
  useEffect(() => {
    const ends = [
      socket?.onEvent((event, context) => latest.current.onEvent?.(event, context)),
      socket?.onGap(() => latest.current.onGap?.()),
    ];
    return () => {
      for (const end of ends) end?.();
    };
  }, [socket, latest]);
  return {
    ...state,
    isConnected: state.status === "live",
    error: state.reason?.message ?? null,
    retry: socket?.retry ?? nothing,
  };
}

const nothing = (): void => {};
