import type { Channel } from "../channel.ts";
import { HubError } from "../errors.ts";
import type { LiveChannel } from "../fanout.ts";
import type { Hub } from "../hub.ts";
import { hasHistory } from "../namespace.ts";
import type { HistoryPage } from "../ports/engine.ts";
import type { Position } from "../publication.ts";
import { mergeCache, mergeRecovered, type Recovered } from "../recovery.ts";
import type { Session } from "../session.ts";
import type { SubscribeGrant, SubscribeResult, Subscription } from "../subscription.ts";

/** What a client wishes for its subscription; granted as far as the namespace and its rights allow. */
export interface SubscribeWish {
  readonly positioned?: boolean;
  readonly recoverable?: boolean;
  readonly joinLeave?: boolean;
  /** Where it stood when it lost the connection. */
  readonly recover?: Position;
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
  const stopReading = (): void => {
    if (reading && --reading.readers === 0) reading.tail = [];
    reading = undefined;
  };
  try {
    const live = await hub.channels.enter(subscription);
    checkCurrent(subscription);
    if (subscription.present) {
      await hub.engine.presence.add(channel.key, session.clientInfo(subscription), hub.settings.presenceTtlMs);
    }
    let page: HistoryPage | undefined;
    const since = recoverFrom(channel, subscription, options);
    if (subscription.positioned) {
      live.readers++;
      reading = live;
      if (since) page = await readMissed(hub, channel, since);
      else await hub.channels.position(live);
    }
    return {
      subscription,
      settle: () => {
        try {
          checkCurrent(subscription);
          return settle(hub, { live, subscription, since, page, grant: options.grant });
        } finally {
          stopReading();
        }
      },
      start: () => hub.join(live, subscription),
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

/** It may have been ended while it was established; its presence was removed then and must not come back. */
function checkCurrent(subscription: Subscription<Session>): void {
  if (subscription.owner.subscriptions.get(subscription.channel.name) !== subscription) {
    throw new HubError("internal", "the subscription was ended before it was there");
  }
}

function createSubscription(hub: Hub, session: Session, options: EstablishOptions): Subscription<Session> {
  const { channel, grant, wish, serverSide } = options;
  const { namespace } = channel;
  const override = grant?.override;
  const streams = hasHistory(namespace);
  const readsHistory = !serverSide && hub.gate.mayReadHistory(session, channel, true);
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
    announced && (pushed || (wish.joinLeave === true && hub.gate.mayReadPresence(session, channel, true)));
  return {
    owner: session,
    channel,
    serverSide,
    live: false,
    positioned,
    recoverable,
    joinLeave,
    present: override?.presence ?? namespace.presence,
    announced,
    expireAt: grant?.expireAt ?? 0,
    info: grant?.info,
  };
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

function readMissed(hub: Hub, channel: Channel, since: Position): Promise<HistoryPage> {
  const metaTtlMs = channel.namespace.historyMetaTtlMs;
  if (channel.namespace.recoveryMode === "cache") {
    return hub.engine.broker.history(channel.key, { limit: 1, reverse: true, metaTtlMs });
  }
  return hub.engine.broker.history(channel.key, { since, limit: hub.settings.recoveryLimit, metaTtlMs });
}

interface Settling {
  readonly live: LiveChannel;
  readonly subscription: Subscription<Session>;
  readonly since: Position | undefined;
  readonly page: HistoryPage | undefined;
  readonly grant: SubscribeGrant | undefined;
}

function settle(hub: Hub, { live, subscription, since, page, grant }: Settling): SubscribeResult {
  const expireAt = subscription.expireAt;
  const plain = {
    expires: expireAt > 0,
    ttl: expireAt > 0 ? Math.max(0, Math.ceil(expireAt - hub.clock.now() / 1000)) : 0,
    positioned: subscription.positioned,
    recoverable: subscription.recoverable,
    wasRecovering: since !== undefined,
    recovered: false,
    publications: [],
    ...(grant?.data === undefined ? {} : { data: grant.data }),
  };
  if (!subscription.positioned) return plain;
  if (page) live.position ??= page.top;
  const top = live.position ?? { offset: 0, epoch: "" };
  if (!since || !page) return { ...plain, position: top };
  const merge = live.channel.namespace.recoveryMode === "cache" ? mergeCache : mergeRecovered;
  const { recovered, publications }: Recovered = merge(since, page, { tail: live.tail, top });
  hub.emit({ type: "recovered", tenant: live.channel.owner, recovered, publications: publications.length });
  const first = publications[0];
  const position = first ? { offset: first.offset - 1, epoch: top.epoch } : top;
  return { ...plain, recovered, publications, position };
}
