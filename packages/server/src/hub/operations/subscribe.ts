import { askerOf } from "../asking/asker.ts";
import { checkRegex } from "../gate.ts";
import type { Hub } from "../hub.ts";
import type { Session } from "../session.ts";
import { acceptedForms, type Channel, resolveChannel } from "../values/channel.ts";
import { DisconnectError, disconnects } from "../values/disconnects.ts";
import { HubError } from "../values/errors.ts";
import type { Payload } from "../values/publication.ts";
import type { SubscribeGrant, SubscribeResult, SubscriptionSource } from "../values/subscription.ts";
import { checkSubscription } from "./admission/revocation.ts";
import { establish, type SubscribeWish } from "./establish.ts";

export interface SubscribeRequest extends SubscribeWish {
  readonly channel: string;
  /** A subscription token; "" for none. */
  readonly token: string;
  /** For the application alone. */
  readonly data?: Payload;
  /**
   * Called once, in the same turn in which the subscriber joins the topic; it must put the reply on the wire before it
   * returns.
   */
  readonly reply: (result: SubscribeResult) => void;
}

/**
 * A client subscribes.
 *
 * Throws `HubError` unknownChannel, permissionDenied, alreadySubscribed, limitExceeded, badRequest, tokenExpired,
 * expired; `DisconnectError` for an empty channel or a token that is for another channel or user.
 */
export async function subscribe(hub: Hub, session: Session, request: SubscribeRequest): Promise<void> {
  if (request.channel === "") throw new DisconnectError(disconnects.badRequest, "subscribe without a channel");
  const channel = resolveChannel(request.channel, session, hub.names);
  checkRegex(channel);
  checkRoom(hub, session, channel);
  const permit = await authorize(hub, session, { ...request, channel });
  if (session.state !== "connected") return;
  checkRoom(hub, session, channel);
  const established = await establish(hub, session, { ...permit, channel, wish: request, serverSide: false });
  if (session.state !== "connected") return established.abandon();
  request.reply(forClient(hub, channel, established.settle()));
  established.start();
}

/** When the application is asked to prolong the subscription, its client has nothing to do. */
const forClient = (hub: Hub, { namespace }: Channel, result: SubscribeResult): SubscribeResult =>
  hub.application.refreshesIn?.(namespace) ? { ...result, expires: false, ttl: 0 } : result;

function checkRoom(hub: Hub, session: Session, channel: Channel): void {
  if (session.subscriptions.has(channel.name)) throw new HubError("alreadySubscribed");
  const limit = channelLimit(hub, session);
  if (limit > 0 && session.subscriptions.size >= limit) {
    throw new HubError("limitExceeded", `a connection may have ${limit} subscriptions`);
  }
}

export const channelLimit = (hub: Hub, session: Session): number =>
  session.tenant.limits.subscriptionsPerConnection || hub.settings.channelLimit;

/** A subscription token and the channel that it is presented for. */
interface ChannelToken {
  readonly channel: Channel;
  readonly token: string;
}

/**
 * What a token gives is the word of the session's tenant, which others must not get to see: channels of the platform, and
 * of other tenants for its operators, open by role alone.
 */
const tokenCounts = (session: Session, channel: Channel): boolean => channel.owner === session.tenant.id;

/** Why it may, and what it is given. */
interface Permit {
  readonly source: SubscriptionSource;
  readonly grant: SubscribeGrant | undefined;
}

/** Reference, permission evaluation: private prefix, token, user-limited, application, namespace options, insecure mode. */
export async function authorize(
  hub: Hub,
  session: Session,
  { channel, token, data }: ChannelToken & Pick<SubscribeRequest, "data">,
): Promise<Permit> {
  if (token !== "" && tokenCounts(session, channel)) {
    return { source: "subscriptionToken", grant: await verifySubscriptionToken(hub, session, { channel, token }) };
  }
  if (channel.isPrivate) throw new HubError("permissionDenied", "this channel needs a subscription token");
  if (channel.scope === "namespace" && !isUserLimited(channel)) {
    const { name, namespace } = channel;
    const question = { asker: askerOf(session), channel: name, namespace, ...(data === undefined ? {} : { data }) };
    const asked = hub.application.subscribe?.(question);
    if (asked) return { source: "application", grant: permitted(hub, await asked) };
  }
  const source = hub.gate.subscribeGround(session, channel);
  if (source) return { source, grant: undefined };
  throw new HubError("permissionDenied", refusal(hub, session, channel));
}

/** The name itself says who may, and the namespace says that it counts. */
const isUserLimited = ({ allowedUsers, namespace }: Channel): boolean =>
  allowedUsers.length > 0 && namespace.allowUserLimitedChannels;

function permitted(hub: Hub, grant: SubscribeGrant | undefined): SubscribeGrant {
  if (!grant) throw new HubError("permissionDenied", "the application does not allow it");
  if (grant.expireAt > 0 && grant.expireAt * 1000 <= hub.clock.now()) throw new HubError("expired");
  return grant;
}

function refusal(hub: Hub, session: Session, channel: Channel): string {
  switch (channel.scope) {
    case "admin":
      return "channels of the operator are for the platform role admin";
    case "system":
      return "reading system channels is a right of roles that the operator names";
    case "user":
      return "a user reads only channels that begin with the own user id";
    case "tenant":
      return "an anonymous connection does not read channels of the tenant";
    case "namespace": {
      const forms = acceptedForms(channel.name, session, hub.settings.channel);
      return `clients may not subscribe to ${channel.namespace.name === "" ? "names without a namespace" : `namespace "${channel.namespace.name}"`} here; ${forms}`;
    }
  }
}

/** Throws `HubError` tokenExpired, expired, permissionDenied, or `DisconnectError` when the token is for somebody else. */
export async function verifySubscriptionToken(
  hub: Hub,
  session: Session,
  { channel, token }: ChannelToken,
): Promise<SubscribeGrant> {
  if (!tokenCounts(session, channel)) throw new HubError("permissionDenied", "no token counts in this channel");
  const grant = await hub.authenticator.subscription(token, session.tenant.id);
  if (
    grant.channel !== channel.name ||
    grant.user !== session.identity.user ||
    (grant.client !== "" && grant.client !== session.id)
  ) {
    throw new DisconnectError(disconnects.invalidToken, "a subscription token for another channel, user or client");
  }
  if (grant.expireAt > 0 && grant.expireAt * 1000 <= hub.clock.now()) throw new HubError("expired");
  await checkSubscription(hub, session.tenant.id, grant);
  return grant;
}
