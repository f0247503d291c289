import type { Clock } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";
import type { Wheel } from "../kit/wheel.ts";
import { Departures } from "./departures.ts";
import {
  type Accepted,
  createLiveChannel,
  type Follower,
  fanOutPresence,
  fanOutPublication,
  isNeeded,
  joinAudience,
  keepTail,
  type LiveChannel,
  leaveAudience,
  positionAfter,
  positionBefore,
  receivedPosition,
} from "./fanout.ts";
import { Feeds } from "./feeds.ts";
import { stepOf } from "./gap.ts";
import { Gaps } from "./gaps.ts";
import type { Engine, HistoryPage, HistoryQuery } from "./ports/engine.ts";
import { continues, Positions } from "./positions.ts";
import type { Session } from "./session.ts";
import type { Channel, ChannelKey } from "./values/channel.ts";
import { type Disconnect, disconnects, unsubscribes } from "./values/disconnects.ts";
import type { HubEvent } from "./values/events.ts";
import { hasBatches, hasHistory } from "./values/namespace.ts";
import type { ClientInfo, Position, Publication } from "./values/publication.ts";
import type { Subscription } from "./values/subscription.ts";

export interface ChannelsOptions {
  readonly engine: Engine;
  readonly wheel: Wheel;
  readonly clock: Clock;
  readonly log: Log;
  readonly positionCheckMs: number;
  /** Those whom nothing can bring up to date are told within this time, not all at once. */
  readonly insufficientSpreadMs: number;
  readonly recoveryLimit: number;
  readonly recoveryTotalLimit: number;
  readonly emit: (event: HubEvent) => void;
  /** A channel got its first subscriber on this node. */
  readonly occupied: (channel: Channel) => void;
  /** A channel lost its last one. */
  readonly vacated: (channel: Channel) => void;
  /** A session of this node by its client id. */
  readonly session: (client: string) => Session | undefined;
}

/** Publications that leave in one batch. */
const BATCH_LIMIT = 4096;

/**
 * The channels with subscribers on this node: first subscriber in, last one out; what must be watched on a stream (gaps,
 * positions) is watched once per channel here, never per subscriber.
 */
export class Channels {
  readonly live: Map<ChannelKey, LiveChannel> = new Map();
  subscriptionCount = 0;
  readonly positions: Positions;
  readonly gaps: Gaps;
  readonly #options: ChannelsOptions;
  #numbers = 0;
  /** Subscriptions that were given up, until they are told. */
  readonly #departing = new Set<Subscription<Session>>();
  readonly #departures: Departures<Subscription<Session>>;
  readonly #feeds: Feeds;

  constructor(options: ChannelsOptions) {
    this.#options = options;
    const { engine, wheel, clock, log, positionCheckMs, insufficientSpreadMs } = options;
    const { recoveryLimit, recoveryTotalLimit } = options;
    this.positions = new Positions({
      broker: engine.broker,
      wheel,
      clock,
      log,
      checkMs: positionCheckMs,
      behind: (live) => this.gaps.fill(live),
      lost: (live) => this.#beginAnew(live),
    });
    this.gaps = new Gaps({
      broker: engine.broker,
      log,
      recoveryLimit,
      recoveryTotalLimit,
      deliver: (live, accepted) => this.#deliver(live, accepted),
      again: (live, { publication, epoch }) => this.publication(live.channel.key, publication, epoch),
      lost: (live) => {
        this.#insufficient(live);
        live.broken = true;
      },
      positions: this.positions,
    });
    this.#feeds = new Feeds({ live: this.live, broker: engine.broker, wheel, clock, log });
    const leave = (subscription: Subscription<Session>): void => this.#depart(subscription);
    this.#departures = new Departures({ wheel, clock, withinMs: insufficientSpreadMs, leave });
  }

  /** Registers with the channel; resolves when the broker's events arrive here, rejects when they cannot. */
  async enter(subscription: Subscription<Session>): Promise<LiveChannel> {
    const { channel } = subscription;
    const live = this.#liveOf(channel);
    live.subscribers.add(subscription);
    this.subscriptionCount++;
    if (live.subscribers.size === 1) this.#options.occupied(channel);
    if (!live.attached) await this.#feeds.settle(live);
    return live;
  }

  #liveOf(channel: Channel): LiveChannel {
    const known = this.live.get(channel.key);
    if (known) return known;
    const live = createLiveChannel(channel, ++this.#numbers, (idle) => this.#feeds.endIdle(idle));
    this.live.set(channel.key, live);
    return live;
  }

  /** The server itself reads along: what is fanned out reaches `follower` too. Rejects when it cannot. */
  async follow(channel: Channel, follower: Follower): Promise<LiveChannel> {
    const live = this.#liveOf(channel);
    live.followers.add(follower);
    if (!live.attached) await this.#feeds.settle(live);
    if (!hasHistory(channel.namespace)) return live;
    live.readers++;
    try {
      await this.position(live);
    } finally {
      if (--live.readers === 0) live.tail = [];
    }
    if (live.followers.has(follower)) this.#watch(live);
    follower.watched = live.followers.has(follower);
    return live;
  }

  unfollow(channel: Channel, follower: Follower): void {
    const live = this.live.get(channel.key);
    if (!live?.followers.delete(follower)) return;
    if (follower.watched) this.#unwatch(live);
    follower.watched = false;
    if (!isNeeded(live)) this.#feeds.endSoon(live);
  }

  /** From now on the subscriber gets what is fanned out. Must follow the reply in the same turn. */
  join(live: LiveChannel, subscription: Subscription<Session>): void {
    joinAudience(live, subscription);
    if (subscription.positioned) this.#watch(live);
  }

  /** One more who is promised everything. */
  #watch(live: LiveChannel): void {
    if (live.positioned++ > 0) return;
    live.prolongAt = this.#options.clock.now() + live.channel.namespace.historyMetaTtlMs / 2;
    this.positions.watch(live);
  }

  #unwatch(live: LiveChannel): void {
    if (--live.positioned === 0) this.positions.unwatch(live);
  }

  /** Takes the subscriber out at any stage. */
  leave(subscription: Subscription<Session>): void {
    const { channel } = subscription;
    const live = this.live.get(channel.key);
    if (!live?.subscribers.delete(subscription)) return;
    this.#silence(live, subscription);
    this.subscriptionCount--;
    if (live.subscribers.size > 0) return;
    this.#options.vacated(channel);
    if (!isNeeded(live)) this.#feeds.endSoon(live);
  }

  #background(work: Promise<unknown>, what: string): void {
    work.catch((error: unknown) => this.#options.log.warn(`${what} failed`, { error }));
  }

  // Positions

  /** Where nobody watches positions here, what this node knew of the stream may be out of date: then it begins anew. */
  async read(live: LiveChannel, query: Omit<HistoryQuery, "metaTtlMs">): Promise<HistoryPage> {
    const { key, namespace } = live.channel;
    const before = receivedPosition(live);
    const metaTtlMs = namespace.historyMetaTtlMs;
    const page = await this.#options.engine.broker.history(key, { ...query, metaTtlMs });
    const same = receivedPosition(live)?.epoch === before?.epoch && !live.waiting;
    if (live.positioned === 0 && before && same && !continues(before, page.top)) this.#beginAnew(live);
    return page;
  }

  /** Where this node has fanned out to; asked of the broker where nobody watches. */
  async position(live: LiveChannel): Promise<Position> {
    if (live.position && !live.broken && live.positioned > 0) return live.position;
    const { top } = await this.read(live, { limit: 0 });
    await this.gaps.catchUp(live, top);
    return this.learn(live, top);
  }

  /** Where this node has fanned out to; where that is not known yet it is `top`, which was just read. */
  learn(live: LiveChannel, top: Position): Position {
    const { position } = live;
    if (position && !live.broken) return position;
    // A slow answer may be older than what was fanned out in the meantime.
    const known = position?.epoch === top.epoch && position.offset > top.offset ? position : top;
    live.position = known;
    live.broken = false;
    return known;
  }

  /** What this node followed is not there any more. */
  #beginAnew(live: LiveChannel): void {
    this.#insufficient(live);
    live.ended = live.position ?? live.ended;
    live.position = undefined;
    live.broken = false;
  }

  /** Nothing can be continued here: positioned subscribers start over, the others go on. */
  #insufficient(live: LiveChannel): void {
    this.#flush(live);
    live.tail = [];
    for (const follower of live.followers) follower.lost();
    const affected = [...live.subscribers].filter((subscription) => subscription.live && subscription.positioned);
    if (affected.length === 0) return;
    this.#options.emit({ type: "insufficient_state", tenant: live.channel.owner, subscribers: affected.length });
    for (const subscription of affected) this.giveUp(subscription);
  }

  /** A subscriber cannot be continued: it gets nothing from now on, starts over, and is told so. */
  giveUp(subscription: Subscription<Session>): void {
    const { owner: session, channel, live: wasLive } = subscription;
    if (session.subscriptions.get(channel.name) !== subscription || this.#departing.has(subscription)) return;
    const live = this.live.get(channel.key);
    if (live) this.#silence(live, subscription);
    subscription.following = false;
    this.#departing.add(subscription);
    if (wasLive) this.#announceLeave(subscription);
    this.#departures.add(subscription);
  }

  #silence(live: LiveChannel, subscription: Subscription<Session>): void {
    if (subscription.live && subscription.positioned) this.#unwatch(live);
    leaveAudience(live, subscription);
  }

  #depart(subscription: Subscription<Session>): void {
    if (subscription.serverSide) subscription.owner.disconnect(disconnects.insufficientState);
    else this.end(subscription, unsubscribes.insufficientState);
  }

  #announceLeave(subscription: Subscription<Session>): void {
    if (!subscription.announced) return;
    const { owner: session, channel } = subscription;
    const told = this.#options.engine.broker.leave(channel.key, session.clientInfo(subscription));
    this.#background(told, "a leave event");
  }

  // Engine events: where every delivery starts

  publication(key: ChannelKey, publication: Publication, epoch: string): void {
    const live = this.live.get(key);
    if (!live) return;
    const accepted = { publication, epoch };
    if (publication.offset === 0 || this.#isNext(live, accepted)) this.#deliver(live, accepted);
  }

  /** False when the publication is known already or has to wait. */
  #isNext(live: LiveChannel, accepted: Accepted): boolean {
    if (this.gaps.hold(live, accepted)) return false;
    const { publication, epoch } = accepted;
    if (live.ended?.epoch === epoch && publication.offset <= live.ended.offset) return false;
    switch (stepOf(receivedPosition(live), publication.offset, epoch)) {
      case "next":
        live.broken = false;
        return true;
      case "stale":
        return false;
      case "new-epoch":
        this.#beginAnew(live);
        return true;
      case "gap":
        if (!live.broken && (live.positioned > 0 || live.readers > 0)) {
          this.gaps.fill(live, accepted);
          return false;
        }
        // Nobody was promised what is missing. Who comes now stands behind it, not between two parts of a batch.
        this.#flush(live);
        live.position = positionBefore(accepted);
        live.broken = false;
        return true;
    }
  }

  presence(type: "join" | "leave", key: ChannelKey, info: ClientInfo): void {
    const live = this.live.get(key);
    if (!live) return;
    const subscribers = fanOutPresence(live, { type, channel: live.channel.name, info });
    if (subscribers > 0) this.#options.emit({ type: "delivered", kind: type, tenant: live.channel.owner, subscribers });
  }

  #deliver(live: LiveChannel, accepted: Accepted): void {
    if (hasBatches(live.channel.namespace)) this.#collect(live, accepted);
    else this.#send(live, accepted);
  }

  /** Keeps a publication until its batch leaves. */
  #collect(live: LiveChannel, accepted: Accepted): void {
    const { batchMaxSize, batchMaxDelayMs, batchLatestOnly } = live.channel.namespace;
    // Who comes while it waits is told of what was before it: the batch itself comes to that one too.
    live.position ??= positionBefore(accepted);
    live.batch ??= {
      accepted: [],
      size: 0,
      due: 0,
      previous: undefined,
      next: undefined,
      fire: () => this.#flush(live),
    };
    const { batch } = live;
    if (batchLatestOnly && !hasOddOnes(live)) {
      // What it replaces is passed by live, and part of what is recovered from now on.
      for (const replaced of batch.accepted) {
        keepTail(live, replaced.publication);
        live.position = positionAfter(replaced) ?? live.position;
      }
      batch.accepted = [];
    }
    batch.accepted.push(accepted);
    batch.size++;
    const most = batchMaxSize > 0 ? Math.min(batchMaxSize, BATCH_LIMIT) : BATCH_LIMIT;
    if (batch.size >= most) this.#flush(live);
    else if (batch.size === 1) this.#options.wheel.set(batch, this.#options.clock.now() + batchMaxDelayMs);
  }

  #flush(live: LiveChannel): void {
    const { batch } = live;
    if (!batch || batch.size === 0) return;
    const { accepted } = batch;
    batch.accepted = [];
    batch.size = 0;
    this.#options.wheel.clear(batch);
    for (const each of accepted) this.#send(live, each);
  }

  #send(live: LiveChannel, accepted: Accepted): void {
    live.position = positionAfter(accepted) ?? live.position;
    const subscribers = fanOutPublication(live, accepted, this.#publisher(live, accepted.publication));
    this.#options.emit({ type: "delivered", kind: "publication", tenant: live.channel.owner, subscribers });
  }

  /** The subscription of the client that published, where it is to be left out. */
  #publisher({ channel }: LiveChannel, { info }: Publication): Subscription<Session> | undefined {
    if (!info || !channel.namespace.excludePublisher) return undefined;
    const subscription = this.#options.session(info.client)?.subscriptions.get(channel.name);
    return subscription?.channel.key === channel.key ? subscription : undefined;
  }

  // The end of a subscription

  /** Ends a subscription at any stage; with `unsubscribe` the client is told. */
  end(subscription: Subscription<Session>, unsubscribe?: Disconnect): void {
    const { owner: session, channel } = subscription;
    if (session.subscriptions.get(channel.name) !== subscription) return;
    session.subscriptions.delete(channel.name);
    const { live: wasLive, following } = subscription;
    const departing = this.#departing.delete(subscription);
    this.#departures.delete(subscription);
    subscription.following = false;
    this.leave(subscription);
    const { presence } = this.#options.engine;
    if (subscription.present) this.#background(presence.remove(channel.key, session.id), "removing presence");
    if (!wasLive && !following && !departing) return;
    if (wasLive) this.#announceLeave(subscription);
    if (unsubscribe) session.push({ type: "unsubscribe", channel: channel.name, ...unsubscribe });
    const code = unsubscribe?.code ?? 0;
    this.#options.emit({ type: "unsubscribed", tenant: channel.owner, namespace: channel.namespace.name, code });
  }
}

/** Some do not get every publication: the latest may not be for those of whom it would take the place of another. */
const hasOddOnes = ({ channel, audiences }: LiveChannel): boolean =>
  channel.namespace.excludePublisher || audiences.some(({ variant }) => variant.filter !== undefined);
