import type { Publication } from "../arrivals.ts";
import type { Channel } from "../channel.ts";
import type { ChannelOptions } from "../channel-core.ts";
import { randomId } from "../kit/ids.ts";
import type { Status } from "../liveness.ts";
import { createListeners, type Listeners, type Store } from "../store.ts";

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
  let shown: { readonly state: S } | undefined;
  let isTold = true;
  /** Publications that wait for the older ones. */
  let waiting: Publication<E>[] | undefined;
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
  const heard = (_: E, publication: Publication<E>): void => {
    if (waiting) waiting.push(publication);
    else take(complete(publication), true);
    changed();
  };
  const load = async (): Promise<void> => {
    const meanwhile: Publication<E>[] = [];
    waiting = meanwhile;
    const past = await channel.history(history).catch((): readonly Publication<E>[] => []);
    if (waiting !== meanwhile) return;
    waiting = undefined;
    for (const publication of past) take(complete(publication), false);
    for (const publication of meanwhile) take(complete(publication), true);
    changed();
  };
  const moved = (): void => {
    const { status, recovery } = channel.get();
    const count = recovery?.count ?? 0;
    const isNeeded = loaded === undefined || (recovery?.outcome === "gap" && loaded !== count);
    if (status === "live" && history > 0 && isNeeded) {
      loaded = count;
      void load();
    }
    changed();
  };
  const { listeners, connect, disconnect } = createSwitch((isOn) => {
    if (isOn) {
      ends = [channel.onEvent(heard), channel.subscribe(moved)];
      moved();
    } else {
      for (const end of ends ?? []) end();
      ends = waiting = loaded = undefined;
      changed();
    }
  });
  return {
    get() {
      shown ??= { state: show(ends ? linkOf(channel) : idleLink) };
      return shown.state;
    },
    subscribe: listeners.add,
    changed,
    connect,
    disconnect,
  };
}

/** Listeners decide whether it is on, unless somebody says so by hand; that is forgotten when the last of them leaves. */
function createSwitch(turn: (isOn: boolean) => void): Switch & { readonly listeners: Listeners<[]> } {
  let isOn = false;
  let isHeard = false;
  let said: boolean | undefined;
  const decide = (heard: boolean, word: boolean | undefined): void => {
    isHeard = heard;
    said = word;
    const wanted = said ?? isHeard;
    if (wanted === isOn) return;
    isOn = wanted;
    turn(isOn);
  };
  return {
    listeners: createListeners({ first: () => decide(true, said), last: () => decide(false, undefined) }),
    connect: () => decide(isHeard, true),
    disconnect: () => decide(isHeard, false),
  };
}

/** What it is on every server, and before anybody listens. */
export const idleLink: Link = { status: "idle", isConnected: false, error: null };

/** Publishers without the catalogue leave out the id, and write the data's fields beside the type. */
function complete<E>({ channel, offset, event }: Publication<E>): E {
  const written = typeof event === "object" ? event : {};
  return { id: `${channel}@${offset ?? randomId()}`, type: "", data: event, ...written } as E;
}

function linkOf(channel: Channel<unknown>): Link {
  const { status, reason } = channel.get();
  return { status, isConnected: status === "live", error: reason?.message ?? null };
}
