import type { Filter } from "../../kit/filter.ts";
import type { Deadline } from "../../kit/wheel.ts";
import type { LiveChannel } from "../fanout.ts";
import type { Hub } from "../hub.ts";
import type { HistoryPage } from "../ports/engine.ts";
import { type Continued, continueFrom, mergeCache } from "../recovery.ts";
import type { Session } from "../session.ts";
import type { Channel } from "../values/channel.ts";
import { HubError } from "../values/errors.ts";
import { hasHistory } from "../values/namespace.ts";
import type { Position } from "../values/publication.ts";
import {
  createVariant,
  type SubscribeGrant,
  type SubscribeResult,
  type Subscription,
  type SubscriptionSource,
} from "../values/subscription.ts";
import { followUp, isWanted } from "./follow-up.ts";

/** What a client wishes for its subscription; granted as far as the namespace and its rights allow. */
export interface SubscribeWish {
  readonly positioned?: boolean;
  readonly recoverable?: boolean;
  readonly joinLeave?: boolean;
  /** Where it stood when it lost the connection. */
  readonly recover?: Position;
  /** Takes deltas. */
  readonly delta?: boolean;
  /** Reads numbers in place of channel names. */
  readonly compact?: boolean;
  /** Wants only publications whose tags fit. */
  readonly filter?: Filter;
  /** Rather an error than a subscription that could not be recovered. */
  readonly rejectUnrecovered?: boolean;
}

/**
 * A subscription that waits for its reply. `settle` and `start` must be called in one turn with nothing but the sending
 * of the reply between them: what was fanned out before is in the result, what comes after goes to the topic.
 */
export interface Established {
  readonly subscription: Subscription<Session>;
  settle(): SubscribeResult;
  start(): void;
  abandon(): void;
}

export interface EstablishOptions {
  readonly channel: Channel;
  readonly grant: SubscribeGrant | undefined;
  readonly wish: SubscribeWish;
  readonly serverSide: boolean;
  readonly source: SubscriptionSource;
}

/**
 * Subscribes with recovery, the one place where its order is kept: enter the channel first (from here on the tail is
 * kept), read history second, reply third, join the topic last.
 */
export async function establish(hub: Hub, session: Session, options: EstablishOptions): Promise<Established> {
  const { channel } = options;
  // What the server gives is of the session's tenant; channels of the platform open by the session's own right alone.
  if (options.serverSide && channel.owner !== session.tenant.id && !hub.gate.maySubscribe(session, channel)) {
    throw new HubError("permissionDenied", "channels of the operator open by role alone");
  }
  const subscription = createSubscription(hub, session, options);
  session.subscriptions.set(channel.name, subscription);
  let reading: LiveChannel | undefined;
  let more: Position | undefined;
  const stopReading = (): void => {
    if (reading && --reading.readers === 0) reading.tail = [];
    reading = undefined;
  };
  const since = recoverFrom(channel, subscription, options);
  const read = async (): Promise<{ live: LiveChannel; page: HistoryPage | undefined }> => {
    const live = await hub.channels.enter(subscription);
    checkCurrent(subscription);
    if (subscription.present) {
      await hub.engine.presence.add(channel.key, session.clientInfo(subscription), hub.settings.presenceTtlMs);
      checkCurrent(subscription);
    }
    if (!subscription.positioned) return { live, page: undefined };
    live.readers++;
    reading = live;
    if (since) return { live, page: await readMissed(hub, live, since) };
    return { live, page: { publications: [], top: await hub.channels.position(live) } };
  };
  try {
    const { live, page } = await inTime(hub, read());
    return {
      subscription,
      settle: () => {
        try {
          checkCurrent(subscription);
          const settled = settle(hub, { live, subscription, since, page, grant: options.grant });
          checkRecovered(settled.result, options.wish);
          more = settled.more;
          return settled.result;
        } catch (error) {
          hub.channels.end(subscription);
          throw error;
        } finally {
          stopReading();
        }
      },
      start: () => {
        if (more) followUp(hub, { live, subscription, since: more });
        else hub.join(live, subscription);
      },
      abandon: () => {
        stopReading();
        hub.channels.end(subscription);
      },
    };
  } catch (error) {
    stopReading();
    hub.channels.end(subscription);
    if (error instanceof HubError) throw error;
    hub.log.error("a subscription could not be established", { error });
    throw new HubError("internal");
  }
}

/** Below the five seconds after which clients of the protocol connect anew, all of them, when a reply does not come. */
const PATIENCE_MS = 4_000;

function inTime<T>(hub: Hub, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const tooLate = (): void => reject(new HubError("unavailable", "the engine did not answer in time"));
    const deadline: Deadline = { due: 0, previous: undefined, next: undefined, fire: tooLate };
    hub.wheel.set(deadline, hub.clock.now() + PATIENCE_MS);
    work.then(resolve, reject).finally(() => hub.wheel.clear(deadline));
  });
}

/** It may have been ended while it was established; its presence was removed then and must not come back. */
function checkCurrent(subscription: Subscription<Session>): void {
  if (subscription.owner.subscriptions.get(subscription.channel.name) !== subscription) {
    throw new HubError("internal", "the subscription was ended before it was there");
  }
}

/** A client that keeps a state of its own rather loads it anew than goes on with a hole. */
function checkRecovered({ wasRecovering, recovered }: SubscribeResult, { rejectUnrecovered }: SubscribeWish): void {
  if (rejectUnrecovered && wasRecovering && !recovered) throw new HubError("unrecoverablePosition");
}

function createSubscription(hub: Hub, session: Session, options: EstablishOptions): Subscription<Session> {
  const { channel, grant, wish, serverSide, source } = options;
  const { namespace } = channel;
  const override = grant?.override;
  const streams = hasHistory(namespace);
  const readsHistory = !serverSide && hub.gate.mayReadHistory(session, channel, grant ?? {});
  const forceRecovery = override?.forceRecovery ?? namespace.forceRecovery;
  const recoverable =
    streams && (forceRecovery || (wish.recoverable === true && (namespace.allowRecovery || readsHistory)));
  const forcePositioning = override?.forcePositioning ?? namespace.forcePositioning;
  const positioned =
    recoverable ||
    (streams && (forcePositioning || (wish.positioned === true && (namespace.allowPositioning || readsHistory))));
  const announced = override?.joinLeave ?? namespace.joinLeave;
  const pushed = override?.forcePushJoinLeave ?? namespace.forcePushJoinLeave;
  const joinLeave =
    announced && (pushed || (wish.joinLeave === true && hub.gate.mayReadPresence(session, channel, grant ?? {})));
  if (wish.filter && !namespace.allowTagsFilter)
    throw new HubError("notAvailable", "the namespace allows no tags filter");
  const filter = both(grant?.filter, wish.filter);
  return {
    owner: session,
    channel,
    serverSide,
    source,
    live: false,
    following: false,
    allow: grant?.allow ?? [],
    serverFilter: grant?.filter,
    // A filter leaves out what a patch would build upon.
    variant: createVariant({
      filter,
      delta: wish.delta === true && namespace.allowDelta && !filter,
      compact: wish.compact === true && namespace.allowCompaction,
    }),
    positioned,
    recoverable,
    joinLeave,
    present: override?.presence ?? namespace.presence,
    announced,
    expireAt: grant?.expireAt ?? 0,
    info: grant?.info,
    token: grant?.token,
  };
}

function both(server: Filter | undefined, client: Filter | undefined): Filter | undefined {
  return server && client ? { op: "and", nodes: [server, client] } : (server ?? client);
}

/** The position to recover from; an empty epoch with offset 0 stands for a client that has nothing yet. */
function recoverFrom(
  channel: Channel,
  subscription: Subscription<Session>,
  options: EstablishOptions,
): Position | undefined {
  if (!subscription.recoverable) return undefined;
  const asked = options.wish.recover ?? options.grant?.recoverSince;
  if (asked) return asked;
  const { namespace } = channel;
  return namespace.recoveryMode === "cache" && namespace.autoCacheRecover ? { offset: 0, epoch: "" } : undefined;
}

async function readMissed(hub: Hub, live: LiveChannel, since: Position): Promise<HistoryPage> {
  const { channels, settings } = hub;
  if (live.channel.namespace.recoveryMode === "cache") return channels.read(live, { limit: 1, reverse: true });
  const page = await channels.read(live, { since, limit: settings.recoveryLimit });
  // Where nobody watched anything may be missing here; and on the node it comes from, the client got what is on its way.
  const isAhead = page.top.epoch === since.epoch && page.top.offset >= since.offset;
  if (live.positioned === 0) await channels.gaps.catchUp(live, page.top);
  else if (isAhead) await channels.gaps.catchUp(live, since);
  return page;
}

interface Settling {
  readonly live: LiveChannel;
  readonly subscription: Subscription<Session>;
  readonly since: Position | undefined;
  /** What was read; absent for a subscription without a position. */
  readonly page: HistoryPage | undefined;
  readonly grant: SubscribeGrant | undefined;
}

interface Settled {
  readonly result: SubscribeResult;
  /** What follows this position is still to be read from history. */
  readonly more: Position | undefined;
}

function settle(hub: Hub, { live, subscription, since, page, grant }: Settling): Settled {
  const { expireAt, variant } = subscription;
  const plain: SubscribeResult = {
    expires: expireAt > 0,
    ttl: expireAt > 0 ? Math.max(0, Math.ceil(expireAt - hub.clock.now() / 1000)) : 0,
    positioned: subscription.positioned,
    recoverable: subscription.recoverable,
    wasRecovering: since !== undefined,
    recovered: false,
    publications: [],
    ...(grant?.data === undefined ? {} : { data: grant.data }),
    ...(variant.delta ? { delta: true } : {}),
    ...(variant.compact ? { channelId: live.number } : {}),
  };
  if (!page) return { result: plain, more: undefined };
  const top = hub.channels.learn(live, page.top);
  if (page.top.epoch !== top.epoch) hub.channels.positions.doubt(live);
  if (!since) return { result: { ...plain, position: top }, more: undefined };
  const { end, publications } = recoverPage(hub, { live, since, page, top });
  hub.emit({
    type: "recovered",
    tenant: live.channel.owner,
    recovered: end !== "lost",
    publications: publications.length,
  });
  const last = publications.at(-1);
  if (end === "lost" || (end === "more" && !last)) return { result: { ...plain, position: top }, more: undefined };
  const wanted = publications.filter((publication) => isWanted(subscription, publication));
  const [first] = wanted;
  const more = end === "more" && last ? { offset: last.offset, epoch: top.epoch } : undefined;
  const position = first ? { offset: first.offset - 1, epoch: top.epoch } : (more ?? top);
  return { result: { ...plain, recovered: true, publications: wanted, position }, more };
}

interface RecoverPage {
  readonly live: LiveChannel;
  readonly since: Position;
  readonly page: HistoryPage;
  readonly top: Position;
}

function recoverPage(hub: Hub, { live, since, page, top }: RecoverPage): Continued {
  if (live.channel.namespace.recoveryMode === "cache") {
    const { recovered, publications } = mergeCache(since, page, { tail: live.tail, top });
    return { end: recovered ? "complete" : "lost", publications };
  }
  const continued = continueFrom(since, page, { tail: live.tail, top });
  const tooMany = continued.end === "more" && top.offset - since.offset > hub.settings.recoveryTotalLimit;
  return tooMany ? { end: "lost", publications: [] } : continued;
}
