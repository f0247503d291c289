import { type Chance, systemChance } from "../kit/chance.ts";
import { type Clock, systemClock } from "../kit/clock.ts";
import type { Store } from "../store.ts";
import { createPlainCore, IDLE, type PlainCore, type PlainEvent, type PlainState } from "./plain-core.ts";
import { socketAddress } from "./socket-address.ts";

export interface PlainSocketOptions {
  /** `localhost:3001`, `wss://api.example.com`: see `socketAddress`. */
  readonly url: string;
  /** Whose connection it is: users who follow each other on one page never meet in it. */
  readonly user?: string | undefined;
  /** Asked for each connection, and again when the hub says that the token has expired. */
  readonly getToken: () => string | Promise<string>;
  /** How often to try in a row. Default: 10. */
  readonly attempts?: number | undefined;
  /** A sign of life is given and expected this often. Default: 30 000. */
  readonly heartbeatMs?: number | undefined;
  /** The first delay between attempts; it doubles up to `maxDelayMs`. Default: 1 000. */
  readonly baseDelayMs?: number | undefined;
  /** Default: 30 000. */
  readonly maxDelayMs?: number | undefined;
  /** The connection outlives its last user by so much, so that a component mounted twice keeps it. Default: 50. */
  readonly graceMs?: number | undefined;
  readonly clock?: Clock;
  readonly chance?: Chance;
}

/**
 * The plain door as the application sees it. Whoever listens holds the connection open, and all who listen to the same
 * address as the same user share one; the options of who opens it first count. Makes no socket before.
 */
export interface PlainSocket<Event = unknown> extends Store<PlainState> {
  readonly onEvent: (listener: (event: Event, context: PlainEvent<Event>) => void) => () => void;
  /** Something was missed and cannot be had: load the state anew. */
  readonly onGap: (listener: () => void) => () => void;
  /** Begins anew after `failed`, and at once while `waiting`. */
  readonly retry: () => void;
}

const cores = new Map<string, PlainCore>();

export function createPlainSocket<Event = unknown>(options: PlainSocketOptions): PlainSocket<Event> {
  const key = JSON.stringify([options.url, options.user ?? ""]);
  const open = (): PlainCore => {
    const found = cores.get(key);
    if (found) return found;
    const core = createPlainCore({
      url: socketAddress(options.url),
      getToken: options.getToken,
      attempts: options.attempts ?? 10,
      heartbeatMs: options.heartbeatMs ?? 30_000,
      baseDelayMs: options.baseDelayMs ?? 1_000,
      maxDelayMs: options.maxDelayMs ?? 30_000,
      graceMs: options.graceMs ?? 50,
      clock: options.clock ?? systemClock,
      chance: options.chance ?? systemChance,
      closed: () => cores.delete(key),
    });
    cores.set(key, core);
    return core;
  };
  const holding = (listen: (core: PlainCore) => () => void): (() => void) => {
    const core = open();
    const stop = listen(core);
    const release = core.hold();
    return () => {
      stop();
      release();
    };
  };
  return {
    get: () => cores.get(key)?.get() ?? IDLE,
    subscribe: (listener) => holding((core) => core.subscribe(listener)),
    onEvent: (listener) =>
      holding(({ events }) => events.add((context) => listener(context.event as Event, context as PlainEvent<Event>))),
    onGap: (listener) => holding(({ gaps }) => gaps.add(listener)),
    retry: () => cores.get(key)?.retry(),
  };
}
