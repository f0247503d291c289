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
import { type Connection, oneAtATime, toReason } from "./connection.ts";
import { createHolds } from "./holds.ts";
import type { Clock } from "./kit/clock.ts";
import { createLiveness, type Reason, type Status } from "./liveness.ts";
import { createRecent, idOf } from "./recent.ts";
import { createCell, createListeners, type Listeners, type Store } from "./store.ts";

/** One publication as it reached this client. */
export interface Publication<E> {
  /** The channel it was published in. */
  readonly channel: string;
  readonly event: E;
  /** Its number in the channel's stream, if the channel keeps history. */
  readonly offset?: number;
  readonly tags?: Readonly<Record<string, string>>;
  /** Who published it, if that was a client. */
  readonly info?: ClientInfo;
  /** It was published while this client was away. */
  readonly isRecovered: boolean;
}

/** What came of the newest return to a channel. */
export interface Recovery {
  /** How many returns there were; changes with each, so that equal ones can be told apart. */
  readonly count: number;
  /** `complete`: nothing is missing. `gap`: something is, load the state anew. `unknown`: the channel keeps no history to tell. */
  readonly outcome: "complete" | "gap" | "unknown";
  readonly recovered: number;
  /** How many are missing, if the hub could tell. */
  readonly lost?: number;
}

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
  /** Makes an event of what was published; `undefined` for what is none. */
  readonly read: (publication: PublicationContext) => unknown;
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
const REMEMBERED_IDS = 256;

export function createChannelCore(options: ChannelCoreOptions): ChannelCore {
  const { name, connection, clock, graceMs, staleAfterMs } = options;
  const { centrifuge } = connection;
  const publications = createListeners<[Publication<unknown>]>();
  const peers = createListeners<[PeerChange]>();
  const cell = createCell<ChannelState<unknown>>(IDLE);
  const getToken = options.channel.getToken && oneAtATime(options.channel.getToken);
  const isRepeated = createRecent(REMEMBERED_IDS);
  let subscription: Subscription | undefined;
  let wantsPeers = false;
  let reason: Reason | undefined;
  /** Publications since the newest subscribe reply that came with it; absent once all of them are delivered. */
  let replayed: number | undefined;

  const show = (status: Status): void => {
    const { reason: before, ...state } = cell.get();
    if (state.status === status && before === reason) return;
    cell.set({ ...state, status, ...(reason ? { reason } : {}) });
  };
  const liveness = createLiveness(clock, { staleAfterMs, change: show });

  /** What is wrong with the channel itself comes before what is wrong with the connection. */
  const moved = (own?: Reason): void => {
    const { status, reason: why } = connection.get();
    const state = subscription?.state;
    if (state === "subscribed") return;
    reason = own ?? why;
    if (state === "unsubscribed" || status === "failed") liveness.settle("failed");
    else liveness.away(status === "stale");
  };

  const read = (context: PublicationContext, isRecovered: boolean): Publication<unknown> | undefined => {
    const event = options.read(context);
    const { data: _, ...rest } = context;
    return event === undefined ? undefined : { ...rest, event, isRecovered };
  };
  const subscribed = (own: Subscription, context: SubscribedContext): void => {
    const { position: before, recovery } = cell.get();
    const isReturn = before !== undefined || cell.get().status !== "connecting" || context.wasRecovering;
    const position = context.streamPosition;
    cell.set({ ...cell.get(), ...(position ? { position } : {}) });
    replayed = 0;
    // The publications that came with the reply are delivered in this very turn.
    queueMicrotask(() => {
      const recovered = replayed ?? 0;
      replayed = undefined;
      if (subscription !== own || own.state !== "subscribed") return;
      reason = undefined;
      if (isReturn) {
        const outcome = !context.wasRecovering ? "unknown" : context.recovered ? "complete" : "gap";
        const lost = outcome === "gap" ? missing(before, position, recovered) : undefined;
        const count = (recovery?.count ?? 0) + 1;
        cell.set({ ...cell.get(), recovery: { count, outcome, recovered, ...(lost === undefined ? {} : { lost }) } });
      }
      liveness.live();
    });
  };

  const published = (context: PublicationContext): void => {
    const isRecovered = replayed !== undefined;
    if (isRecovered) replayed = (replayed ?? 0) + 1;
    const { position } = cell.get();
    if (position && context.offset !== undefined) {
      cell.set({ ...cell.get(), position: { ...position, offset: context.offset } });
    }
    const id = idOf(context.data);
    if (id !== undefined && isRepeated(id)) return;
    const last = read(context, isRecovered);
    if (!last) return;
    cell.set({ ...cell.get(), last });
    publications.call(last);
  };

  const start = (): void => {
    const since = cell.get().position ?? options.channel.since;
    const { delta } = options.channel;
    const own = centrifuge.newSubscription(name, {
      recoverable: true,
      joinLeave: wantsPeers,
      ...(since ? { since } : {}),
      ...(delta ? { delta } : {}),
      ...(getToken ? { getToken } : {}),
    });
    /** What a subscription that was given up still says concerns nobody. */
    const ifMine =
      <T>(task: (context: T) => void) =>
      (context: T): void => {
        if (subscription === own) task(context);
      };
    own
      .on(
        "subscribing",
        ifMine(() => moved()),
      )
      .on(
        "subscribed",
        ifMine((context: SubscribedContext) => subscribed(own, context)),
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
        ifMine(({ info }: JoinContext) => peers.call({ type: "join", info })),
      )
      .on(
        "leave",
        ifMine(({ info }: LeaveContext) => peers.call({ type: "leave", info })),
      );
    subscription = own;
    own.subscribe();
  };
  const stop = (): void => {
    const own = subscription;
    subscription = undefined;
    if (own) centrifuge.removeSubscription(own);
  };

  let release: (() => void)[] = [];
  const holds = createHolds({
    clock,
    graceMs,
    open() {
      release = [connection.hold(), connection.subscribe(() => moved())];
      start();
    },
    close() {
      stop();
      for (const each of release) each();
      wantsPeers = false;
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
    retry: () => subscription?.subscribe(),
    publications,
    peers,
    watchPeers() {
      if (wantsPeers) return;
      wantsPeers = true;
      if (!subscription) return;
      stop();
      start();
    },
    async history(limit) {
      const found = await subscription?.history({ limit, reverse: true });
      return (found?.publications ?? []).flatMap((each) => read(each, true) ?? []).reverse();
    },
    subscription: () => subscription,
  };
}

/** Offsets between two positions of one stream, less those that came after all. */
function missing(from: StreamPosition | undefined, to: StreamPosition | undefined, came: number): number | undefined {
  return from && to && from.epoch === to.epoch ? to.offset - from.offset - came : undefined;
}
