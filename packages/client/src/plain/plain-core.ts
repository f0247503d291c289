import { createHolds } from "../holds.ts";
import type { Chance } from "../kit/chance.ts";
import type { Clock } from "../kit/clock.ts";
import type { Reason } from "../liveness.ts";
import { createCell, createListeners, type Listeners, type Store } from "../store.ts";
import { converse, type Frame } from "./conversation.ts";

/** `waiting`: the connection ended, and another attempt follows by itself. `failed`: only `retry` goes on. */
export type PlainStatus = "idle" | "connecting" | "live" | "waiting" | "failed";

export interface PlainState {
  readonly status: PlainStatus;
  /** Attempts since it was live last, the present one among them. */
  readonly attempt: number;
  /** Why the last connection ended, until the next one is live. */
  readonly reason: Reason | undefined;
  /** Who the hub says this is, while live. */
  readonly userId: string | undefined;
  readonly role: string | undefined;
}

export interface PlainEvent<Event = unknown> {
  readonly event: Event;
  readonly channel: string;
  /** Names the event where its channel keeps history. */
  readonly id: string | undefined;
}

export interface PlainCoreOptions {
  readonly url: string;
  readonly getToken: () => string | Promise<string>;
  readonly attempts: number;
  readonly heartbeatMs: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  readonly graceMs: number;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Nobody uses it any more. */
  readonly closed: () => void;
}

/** The one connection of everybody on this page who uses the same address as the same user. */
export interface PlainCore extends Store<PlainState> {
  readonly hold: () => () => void;
  readonly events: Listeners<[PlainEvent]>;
  readonly gaps: Listeners<[]>;
  readonly retry: () => void;
}

export const IDLE: PlainState = {
  status: "idle",
  attempt: 0,
  reason: undefined,
  userId: undefined,
  role: undefined,
};

/** The hub has judged, and would say the same again. */
const isVerdict = (code: number): boolean => code === 4401 || code === 4403 || (code >= 3500 && code < 4000);

export function createPlainCore(options: PlainCoreOptions): PlainCore {
  const { url, attempts, heartbeatMs, graceMs, clock, getToken } = options;
  const state = createCell(IDLE);
  const events = createListeners<[PlainEvent]>();
  const gaps = createListeners<[]>();
  let attempt = 0;
  let lastEventId: string | undefined;
  let hangUp: (() => void) | undefined;
  let cancelWait: (() => void) | undefined;
  const change = (next: Partial<PlainState>): void => state.set({ ...IDLE, attempt, ...next });

  function connect(): void {
    cancelWait?.();
    attempt++;
    change({ status: "connecting", reason: state.get().reason });
    hangUp = converse({ url, clock, heartbeatMs, token: getToken, since: () => lastEventId, heard, ended });
  }

  function heard(frame: Frame): void {
    if (frame.type === "auth_success") {
      attempt = 0;
      lastEventId ??= frame.lastEventId;
      change({ status: "live", userId: frame.userId, role: frame.role ?? undefined });
    } else if (frame.type === "event_gap") {
      lastEventId = frame.lastEventId;
      gaps.call();
    } else if (frame.type === "event") {
      lastEventId = frame.id ?? lastEventId;
      events.call({ event: frame.event, channel: frame.channel ?? "", id: frame.id });
    }
  }

  function ended(reason: Reason): void {
    hangUp = undefined;
    const isOver = isVerdict(reason.code) || attempt >= attempts;
    change({ status: isOver ? "failed" : "waiting", reason });
    if (!isOver) cancelWait = clock.after(delayBefore(attempt, options), connect);
  }

  function close(): void {
    cancelWait?.();
    hangUp?.();
    hangUp = undefined;
    attempt = 0;
    change({});
    options.closed();
  }

  const holds = createHolds({ clock, graceMs, open: connect, close });
  return {
    get: state.get,
    subscribe: state.subscribe,
    hold: holds.hold,
    events,
    gaps,
    retry() {
      const { status } = state.get();
      if (status !== "failed" && status !== "waiting") return;
      attempt = 0;
      connect();
    },
  };
}

/** Doubles from attempt to attempt; half more or less by chance, so that not all pages come back together. */
function delayBefore(attempt: number, { baseDelayMs, maxDelayMs, chance }: PlainCoreOptions): number {
  return Math.min(maxDelayMs, baseDelayMs * 2 ** (Math.max(attempt, 1) - 1)) * (0.5 + chance());
}
