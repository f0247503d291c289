import { Centrifuge } from "centrifuge";
import { createEndpoints, type WebSocketConstructor } from "./endpoints.ts";
import { createHolds } from "./holds.ts";
import type { Clock } from "./kit/clock.ts";
import type { Page } from "./kit/page.ts";
import { createLiveness, type Reason, type Status } from "./liveness.ts";
import { createCell, type Store } from "./store.ts";

/** One state of the one connection that all channels share. */
export interface ConnectionState {
  readonly status: Status;
  /** Why it is not live; absent while nothing is wrong. */
  readonly reason?: Reason;
  /** Attempts that failed since it last was live. */
  readonly attempts: number;
  /** Where it is connected, or was last. */
  readonly url?: string;
  /** The hub's name for this connection while it is live. */
  readonly client?: string;
}

export interface ConnectionOptions {
  readonly urls: readonly string[];
  readonly token?: string | undefined;
  readonly getToken?: (() => Promise<string | null>) | undefined;
  readonly websocket?: WebSocketConstructor | undefined;
  readonly minBackoffMs: number;
  readonly maxBackoffMs: number;
  readonly staleAfterMs: number;
  readonly silenceMs: number;
  readonly idleMs: number;
  readonly clock: Clock;
  readonly page: Page;
}

export interface Connection extends Store<ConnectionState> {
  readonly centrifuge: Centrifuge;
  /** Open while anybody holds it; closes `idleMs` after the last release. */
  readonly hold: () => () => void;
  /** Tries now: after `failed` with a new token, if there is a source of tokens; else without waiting any longer. */
  readonly retry: () => void;
  readonly close: () => void;
}

/** What it is on every server, and before anybody listens. */
export const idleConnection: ConnectionState = { status: "idle", attempts: 0 };

const OFFLINE: Reason = { code: 0, message: "offline" };

export function createConnection(options: ConnectionOptions): Connection {
  const { clock, page, staleAfterMs } = options;
  let heardAt = 0;
  const heard = (): void => {
    heardAt = clock.now();
  };
  const endpoints = createEndpoints({ urls: options.urls, websocket: options.websocket, heard });
  const network = new EventTarget();
  const centrifuge = createCentrifuge(options, { socket: endpoints.socket, network });

  const cell = createCell(idleConnection);
  let facts: Omit<ConnectionState, "status"> = { attempts: 0 };
  const liveness = createLiveness(clock, { staleAfterMs, change: (status) => cell.set({ status, ...facts }) });
  const away = (reason: Reason | undefined, attempts: number): void => {
    const why = page.isOnline() ? reason : OFFLINE;
    facts = { attempts, ...urlOf(facts), ...(why ? { reason: why } : {}) };
    liveness.away(!page.isOnline());
  };

  centrifuge
    .on("connecting", (context) => away(context.code === 0 ? undefined : toReason(context), 0))
    .on("connected", ({ client }) => {
      endpoints.settle();
      facts = { attempts: 0, url: endpoints.current(), client };
      liveness.live();
    })
    .on("disconnected", (context) => {
      facts = { attempts: facts.attempts, ...urlOf(facts) };
      if (context.code !== 0) facts = { ...facts, reason: toReason(context) };
      liveness.settle(context.code === 0 ? "idle" : "failed");
    })
    .on("error", ({ error }) => {
      if (centrifuge.state === "connecting") away(toReason(error), facts.attempts + 1);
    });

  const connect = (): void => {
    try {
      centrifuge.connect();
    } catch (error) {
      facts = { ...facts, reason: { code: 12, message: String(error) } };
      liveness.settle("failed");
    }
  };
  const isSilent = (): boolean => clock.now() - heardAt > options.silenceMs;
  const { hurry, lookAround } = createWaker({ centrifuge, network, page, isSilent });
  let stopLooking = (): void => {};
  const holds = createHolds({
    clock,
    graceMs: options.idleMs,
    open() {
      stopLooking = page.onChange(lookAround);
      connect();
    },
    close() {
      stopLooking();
      centrifuge.disconnect();
      facts = { attempts: 0 };
      liveness.settle("idle");
    },
  });
  return {
    get: cell.get,
    subscribe: cell.subscribe,
    centrifuge,
    hold: holds.hold,
    close: holds.drop,
    retry() {
      if (holds.count() === 0) return;
      if (centrifuge.state !== "disconnected") return hurry();
      if (options.getToken) centrifuge.setToken("");
      connect();
    },
  };
}

interface WakerOptions {
  readonly centrifuge: Centrifuge;
  readonly network: EventTarget;
  readonly page: Page;
  readonly isSilent: () => boolean;
}

/** A tab that was hidden, a laptop that slept: what is known now need not wait for a timer. */
function createWaker({ centrifuge, network, page, isSilent }: WakerOptions) {
  const hurry = (): void => {
    if (centrifuge.state === "connecting") network.dispatchEvent(new Event("online"));
  };
  const lookAround = (): void => {
    const isDead = centrifuge.state === "connected" && page.isVisible() && isSilent();
    if (!page.isOnline() || isDead) network.dispatchEvent(new Event("offline"));
    if (page.isOnline() && page.isVisible()) hurry();
  };
  return { hurry, lookAround };
}

const urlOf = ({ url }: { readonly url?: string }): { readonly url?: string } => (url ? { url } : {});

export const toReason = ({ code, message, reason }: { code: number; message?: string; reason?: string }): Reason => ({
  code,
  message: message ?? reason ?? "",
});

/**
 * The official client keeps the protocol: commands, recovery, token refresh, backoff with full jitter without an end. Its
 * address is a placeholder (the socket decides, attempt by attempt), and `network` is its documented switch for "the
 * network is gone" and "it is back".
 */
function createCentrifuge(
  options: ConnectionOptions,
  { socket, network }: { readonly socket: WebSocketConstructor; readonly network: EventTarget },
): Centrifuge {
  const { token, getToken, minBackoffMs, maxBackoffMs } = options;
  return new Centrifuge("ws:", {
    websocket: socket,
    networkEventTarget: network,
    name: "altavoz",
    minReconnectDelay: minBackoffMs,
    maxReconnectDelay: maxBackoffMs,
    ...(token ? { token } : {}),
    // Its types do not say that it takes `null`, for somebody who is signed out.
    ...(getToken ? { getToken: oneAtATime(getToken as () => Promise<string>) } : {}),
  });
}

/** However many ask meanwhile, they share one request. */
export function oneAtATime<T>(ask: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= ask().finally(() => {
      running = undefined;
    });
    return running;
  };
}
