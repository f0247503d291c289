import { canonical } from "../../kit/filter.ts";
import type { Hub } from "../hub.ts";
import type { ConnectionGrant } from "../ports/identity.ts";
import type { Session } from "../session.ts";
import { resolveChannel } from "../values/channel.ts";
import { DisconnectError, disconnects } from "../values/disconnects.ts";
import { errors, HubError } from "../values/errors.ts";
import type { SubscribeGrant } from "../values/subscription.ts";
import { checkConnection } from "./admission/revocation.ts";
import { verifySubscriptionToken } from "./subscribe.ts";

export interface RefreshResult {
  readonly expires: boolean;
  /** Seconds. */
  readonly ttl: number;
}

function lifetime(hub: Hub, expireAt: number): RefreshResult {
  if (expireAt === 0) return { expires: false, ttl: 0 };
  return { expires: true, ttl: Math.max(0, Math.ceil(expireAt - hub.clock.now() / 1000)) };
}

/**
 * A client prolongs its connection. Every failure ends it: expired 3005, changed subscriptions 3010, a revoked token 3014,
 * anything else 3500.
 */
export async function refresh(hub: Hub, session: Session, token: string): Promise<RefreshResult> {
  if (hub.application.refresh) throw new DisconnectError(disconnects.badRequest, "the server refreshes connections");
  if (token === "") throw new DisconnectError(disconnects.badRequest, "refresh without a token");
  const grant = await verifyConnectionToken(hub, token);
  const { tenant, user } = session.identity;
  if (grant.identity.user !== user || grant.identity.tenant !== tenant) {
    throw new DisconnectError(disconnects.invalidToken, "a refresh token of another user");
  }
  if (grant.expireAt > 0 && grant.expireAt * 1000 <= hub.clock.now()) throw new DisconnectError(disconnects.expired);
  await checkConnection(hub, grant, () => new DisconnectError(disconnects.stateInvalidated, "the token was revoked"));
  if (readableBy(grant) !== readableBy(session.grant))
    throw new DisconnectError(disconnects.insufficientState, "the token gives other subscriptions");
  renew(hub, session, grant);
  return lifetime(hub, grant.expireAt);
}

/** One text for all that the connection is given to read. */
function readableBy({ subscriptions }: ConnectionGrant): string {
  const each = [...subscriptions].map(([channel, grant]) => `${channel}\n${filterOf(grant)}`);
  return each.sort().join("\n");
}

const filterOf = ({ filter }: Pick<SubscribeGrant, "filter">): string => (filter ? canonical(filter) : "");

async function verifyConnectionToken(hub: Hub, token: string): Promise<ConnectionGrant> {
  try {
    return await hub.authenticator.connection(token);
  } catch (error) {
    // Keys that cannot be had at the moment are no reason to end a connection: the client tries again.
    if (error instanceof HubError && error.code === errors.tokenExpired.code)
      throw new DisconnectError(disconnects.expired);
    throw error;
  }
}

/** When the connection ends unless its credential is renewed; 0 for never. */
export function endOf(hub: Hub, { grant, transport }: Session): number {
  const { expiredCloseDelayMs = hub.settings.expiredCloseDelayMs } = transport;
  return grant.expireAt > 0 ? grant.expireAt * 1000 + expiredCloseDelayMs : 0;
}

export function renew(hub: Hub, session: Session, grant: ConnectionGrant): void {
  session.grant = grant;
  session.endAt = endOf(hub, session);
  hub.noteExpiry(session);
}

/** A client prolongs one subscription. Throws `HubError` permissionDenied, badRequest, tokenExpired, expired. */
export async function refreshSubscription(
  hub: Hub,
  session: Session,
  request: { readonly channel: string; readonly token: string },
): Promise<RefreshResult> {
  if (request.channel === "") throw new DisconnectError(disconnects.badRequest, "sub_refresh without a channel");
  const subscription = session.subscriptions.get(request.channel);
  if (!subscription) throw new HubError("permissionDenied", "not subscribed to this channel");
  if (hub.application.refreshesIn?.(subscription.channel.namespace)) {
    throw new DisconnectError(disconnects.badRequest, "the server refreshes subscriptions of this namespace");
  }
  if (request.token === "") throw new HubError("badRequest", "the token is empty");
  const channel = resolveChannel(request.channel, session, hub.names);
  const grant = await verifySubscriptionToken(hub, session, { channel, token: request.token });
  subscription.expireAt = grant.expireAt;
  subscription.info = grant.info;
  subscription.token = grant.token;
  subscription.allow = grant.allow ?? [];
  hub.noteExpiry(session);
  // Others get the same frames: with another filter it begins anew, and recovers what the new one lets through.
  const { serverFilter: filter } = subscription;
  if (filterOf(grant) !== filterOf(filter ? { filter } : {})) hub.channels.giveUp(subscription);
  return lifetime(hub, grant.expireAt);
}
