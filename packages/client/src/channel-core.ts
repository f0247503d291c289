import type {
  ClientInfo,
  JoinContext,
  LeaveContext,
  PublicationContext,
  StreamPosition,
  SubscribedContext,
  Subscription,
  SubscriptionErrorContext,
  UnsubscribedContext,
} from "centrifuge";
import { createArrivals, type EventReader, type Publication, type Recovery } from "./arrivals.ts";
import { type Connection, oneAtATime, toReason } from "./connection.ts";
import { createHolds } from "./holds.ts";
import type { Clock } from "./kit/clock.ts";
import { createLiveness, type Reason, type Status } from "./liveness.ts";
import { createCell, createListeners, type Listeners, type Store } from "./store.ts";

export interface ChannelState<E> {
  readonly status: Status;
  readonly reason?: Reason;
  /** The newest publication. */
  readonly last?: Publication<E>;
  readonly recovery?: Recovery;
  /** Where this client stands in the channel's stream; hand it to `since` to go on from here another day. */
  readonly position?: Readonly<StreamPosition>;
}

export interface ChannelOptions {
  /** Start behind this position instead of at the newest publication. */
  readonly since?: Readonly<StreamPosition>;
  /** For channels that need a token of their own; one request at a time, renewed before it expires. */
  readonly getToken?: () => Promise<string>;
  /** Publications that resemble the one before travel as the difference to it, if the namespace allows that. */
  readonly delta?: "fossil";
}

export type PeerChange = { readonly type: "join" | "leave"; readonly info: ClientInfo };

export interface ChannelCoreOptions {
  readonly name: string;
  readonly connection: Connection;
  readonly clock: Clock;
  readonly graceMs: number;
  readonly staleAfterMs: number;
  readonly channel: ChannelOptions;
  readonly read: EventReader;
  /** Nobody uses it any more. */
  readonly closed: () => void;
}

/** The one subscription that everybody on this client who uses a channel shares. */
export interface ChannelCore extends Store<ChannelState<unknown>> {
  readonly hold: () => () => void;
  readonly close: () => void;
  readonly retry: () => void;
  readonly publications: Listeners<[Publication<unknown>]>;
  readonly peers: Listeners<[PeerChange]>;
  /** From now on joins and leaves are told. */
  readonly watchPeers: () => void;
  readonly history: (limit: number) => Promise<readonly Publication<unknown>[]>;
  readonly subscription: () => Subscription | undefined;
}

export const IDLE: ChannelState<never> = { status: "idle" };

export function createChannelCore(options: ChannelCoreOptions): ChannelCore {
  const { name, connection, clock, graceMs, staleAfterMs } = options;
  const publications = createListeners<[Publication<unknown>]>();
  const peers = createListeners<[PeerChange]>();
  const cell = createCell<ChannelState<unknown>>(IDLE);
  const arrivals = createArrivals(name, options.read);
  let reason: Reason | undefined;
  const show = (news: Partial<ChannelState<unknown>>): void => {
    const { reason: _, ...state } = { ...cell.get(), ...news };
    const position = arrivals.position();
    cell.set({ ...state, ...(reason ? { reason } : {}), ...(position ? { position } : {}) });
  };
  const liveness = createLiveness(clock, {
    staleAfterMs,
    change(status) {
      if (status !== cell.get().status || reason !== cell.get().reason) show({ status });
    },
  });
  /** What is wrong with the channel itself comes before what is wrong with the connection. */
  const moved = (own?: Reason): void => {
    const { status, reason: why } = connection.get();
    const state = subscriber.current()?.state;
    if (state === "subscribed" || (state === "unsubscribed" && !own)) return;
    reason = own ?? why;
    if (state === "unsubscribed" || status === "failed") liveness.settle("failed");
    else liveness.away(status === "stale");
  };
  const subscriber = createSubscriber(options, {
    since: () => arrivals.position(),
    moved,
    subscribed: (context, isCurrent) =>
      arrivals.subscribed(context, (recovery) => {
        if (!isCurrent()) return;
        reason = undefined;
        if (recovery) show({ recovery });
        liveness.live();
      }),
    published(context) {
      const last = arrivals.published(context);
      show(last ? { last } : {});
      if (last) publications.call(last);
    },
    peer: peers.call,
  });
  let release: (() => void)[] = [];
  const holds = createHolds({
    clock,
    graceMs,
    open() {
      release = [connection.hold(), connection.subscribe(() => moved())];
      subscriber.start();
    },
    close() {
      subscriber.stop();
      for (const each of release) each();
      liveness.settle("idle");
      cell.set(IDLE);
      options.closed();
    },
  });
  return {
    get: cell.get,
    subscribe: cell.subscribe,
    hold: holds.hold,
    close: holds.drop,
    retry: () => subscriber.current()?.subscribe(),
    publications,
    peers,
    watchPeers: subscriber.watchPeers,
    async history(limit) {
      const found = await subscriber.current()?.history({ limit, reverse: true });
      return (found?.publications ?? []).flatMap((each) => arrivals.read(each, true) ?? []).reverse();
    },
    subscription: subscriber.current,
  };
}

interface SubscriberEvents {
  readonly since: () => StreamPosition | undefined;
  readonly moved: (reason?: Reason) => void;
  readonly subscribed: (context: SubscribedContext, isCurrent: () => boolean) => void;
  readonly published: (context: PublicationContext) => void;
  readonly peer: (change: PeerChange) => void;
}

interface Subscriber {
  readonly start: () => void;
  readonly stop: () => void;
  readonly watchPeers: () => void;
  readonly current: () => Subscription | undefined;
}

/** The official client's subscription: a new one goes on where the one before stopped, and only the newest is heard. */
function createSubscriber(
  { name, connection, channel }: ChannelCoreOptions,
  { since, moved, subscribed, published, peer }: SubscriberEvents,
): Subscriber {
  const { centrifuge } = connection;
  const { delta } = channel;
  const getToken = channel.getToken && oneAtATime(channel.getToken);
  let subscription: Subscription | undefined;
  let joinLeave = false;
  const start = (): void => {
    const from = since() ?? channel.since;
    const own = centrifuge.newSubscription(name, {
      recoverable: true,
      joinLeave,
      ...(from ? { since: from } : {}),
      ...(delta ? { delta } : {}),
      ...(getToken ? { getToken } : {}),
    });
    const ifMine =
      <T>(task: (context: T) => void) =>
      (context: T): void => {
        if (subscription === own) task(context);
      };
    const isCurrent = (): boolean => subscription === own && own.state === "subscribed";
    own
      .on(
        "subscribing",
        ifMine(() => moved()),
      )
      .on(
        "subscribed",
        ifMine((context: SubscribedContext) => subscribed(context, isCurrent)),
      )
      .on(
        "unsubscribed",
        ifMine((context: UnsubscribedContext) => moved(toReason(context))),
      )
      .on(
        "error",
        ifMine(({ error }: SubscriptionErrorContext) => moved(toReason(error))),
      )
      .on("publication", ifMine(published))
      .on(
        "join",
        ifMine(({ info }: JoinContext) => peer({ type: "join", info })),
      )
      .on(
        "leave",
        ifMine(({ info }: LeaveContext) => peer({ type: "leave", info })),
      );
    subscription = own;
    own.subscribe();
  };
  const stop = (): void => {
    const own = subscription;
    subscription = undefined;
    if (own) centrifuge.removeSubscription(own);
  };
  return {
    start,
    stop,
    watchPeers() {
      if (joinLeave) return;
      joinLeave = true;
      if (!subscription) return;
      stop();
      start();
    },
    current: () => subscription,
  };
}
