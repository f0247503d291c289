import type { Channel } from "../channel.ts";
import type { ChannelOptions, Publication } from "../channel-core.ts";
import type { Status } from "../liveness.ts";
import { createListeners, type Store } from "../store.ts";

/** Any client, whatever its catalogue. */
export interface AnyClient {
  readonly channel: (name: never, options?: ChannelOptions) => Channel<unknown>;
}

/** How a store of events is connected, in the words of the documents. */
export interface Link {
  readonly status: Status;
  readonly isConnected: boolean;
  /** Why not, in words; `null` while all is well. */
  readonly error: string | null;
}

/** Connected while anybody listens, or from `connect()` to `disconnect()`. */
export interface Switch {
  /** Connects without a listener, and again after `disconnect()`. */
  readonly connect: () => void;
  /** Ends it though somebody listens; what came so far stays. */
  readonly disconnect: () => void;
}

export interface FeedOptions<E, S> {
  readonly client: AnyClient;
  readonly channel: string;
  /** So many of the newest publications that the hub still has are taken first, if it lets this client read them. */
  readonly history: number;
  /** `isNew`: published while this feed was there to hear it, or missed meanwhile; not read from before its time. */
  readonly take: (event: E, isNew: boolean) => void;
  /** Called once for each state that somebody reads. */
  readonly show: (link: Link) => S;
}

export interface Feed<S> extends Store<S>, Switch {
  /** What `show` shows is another thing now. */
  readonly changed: () => void;
}

/** What the stores of events share: a channel that is open while it is used, its past, and one notice for many events. */
export function createFeed<E, S>({ client, channel: name, history, take, show }: FeedOptions<E, S>): Feed<S> {
  const channel = client.channel(name as never) as Channel<E>;
  let ends: (() => void)[] | undefined;
  /** What somebody said by hand; else listeners decide. */
  let said: boolean | undefined;
  let shown: { readonly state: S } | undefined;
  let isTold = true;
  /** Events that wait for the older ones. */
  let waiting: E[] | undefined;
  let loaded: number | undefined;

  const changed = (): void => {
    shown = undefined;
    if (!isTold) return;
    isTold = false;
    queueMicrotask(() => {
      isTold = true;
      listeners.call();
    });
  };
  const heard = (event: E): void => {
    if (waiting) waiting.push(event);
    else take(event, true);
    changed();
  };
  const load = async (): Promise<void> => {
    const events: E[] = [];
    waiting = events;
    const past = await channel.history(history).catch((): readonly Publication<E>[] => []);
    if (waiting !== events) return;
    waiting = undefined;
    for (const { event } of past) take(event, false);
    for (const event of events) take(event, true);
    changed();
  };
  const moved = (): void => {
    const { status, recovery } = channel.get();
    const isNeeded = loaded === undefined || (recovery?.outcome === "gap" && loaded !== recovery.count);
    if (status === "live" && history > 0 && isNeeded) {
      loaded = recovery?.count ?? 0;
      void load();
    }
    changed();
  };
  const decide = (): void => {
    const isWanted = said ?? isHeard;
    if (isWanted === (ends !== undefined)) return;
    if (isWanted) {
      ends = [channel.onEvent(heard), channel.subscribe(moved)];
      moved();
    } else {
      for (const end of ends ?? []) end();
      ends = waiting = loaded = undefined;
      changed();
    }
  };
  let isHeard = false;
  const listeners = createListeners<[]>({
    first() {
      isHeard = true;
      decide();
    },
    last() {
      isHeard = false;
      said = undefined;
      decide();
    },
  });
  const say = (word: boolean) => (): void => {
    said = word;
    decide();
  };
  return {
    get() {
      shown ??= { state: show(ends ? linkOf(channel) : idleLink) };
      return shown.state;
    },
    subscribe: listeners.add,
    changed,
    connect: say(true),
    disconnect: say(false),
  };
}

/** What it is on every server, and before anybody listens. */
export const idleLink: Link = { status: "idle", isConnected: false, error: null };

function linkOf(channel: Channel<unknown>): Link {
  const { status, reason } = channel.get();
  return { status, isConnected: status === "live", error: reason?.message ?? null };
}
