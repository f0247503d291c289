import type { Hub } from "../../hub.ts";
import type { ConnectionGrant, SubscriptionGrant } from "../../ports/identity.ts";
import type { Credential, Revocation, Revocations } from "../../ports/revocations.ts";
import type { Caller, Session } from "../../session.ts";
import { DisconnectError, disconnects, unsubscribes } from "../../values/disconnects.ts";
import { HubError } from "../../values/errors.ts";
import { tellOthers } from "../server-side/target.ts";

/**
 * Keeps a revocation and ends what relies on it, on every node. Throws `HubError` badRequest, notAvailable,
 * limitExceeded, and internal when the other nodes could not be told: the same order again tells them.
 */
export async function revoke(
  hub: Hub,
  caller: Caller,
  order: { revocation: Revocation; expireAt: number },
): Promise<void> {
  const { revocation, expireAt } = order;
  if (expireAt > 0 && expireAt * 1000 <= hub.clock.now()) throw new HubError("badRequest", "expire_at is in the past");
  const tenant = caller.tenant.id;
  await revocationsOf(hub).add(tenant, revocation, expireAt);
  const told = tellOthers(hub, { kind: "revoke", tenant, revocation });
  revokeHere(hub, tenant, revocation);
  await told;
}

export function revocationsOf(hub: Hub): Revocations {
  if (!hub.revocations) throw new HubError("notAvailable", "this hub keeps no revocations");
  return hub.revocations;
}

/** The part of this node. */
export function revokeHere(hub: Hub, tenant: string, revocation: Revocation): void {
  hub.revocationRound++;
  const sessions = revocation.kind === "token" ? [...hub.sessions.values()] : hub.sessionsOf(tenant, revocation.user);
  for (const session of sessions) if (session.tenant.id === tenant) endRevoked(hub, session, revocation);
}

function endRevoked(hub: Hub, session: Session, revocation: Revocation): void {
  const { user } = session.identity;
  if (isRevoked(revocation, connectionCredential(session.grant))) {
    session.disconnect(revocation.kind === "user" ? disconnects.permissionDenied : disconnects.stateInvalidated);
    return;
  }
  for (const subscription of [...session.subscriptions.values()]) {
    const { token, channel } = subscription;
    if (!token || !isRevoked(revocation, { user, token, channel: channel.name })) continue;
    hub.channels.end(subscription, unsubscribes.stateInvalidated);
  }
}

const connectionCredential = ({ identity, token }: ConnectionGrant): Credential => ({
  user: identity.user,
  channel: "",
  ...(token ? { token } : {}),
});

/** Whether the credential is one of those that the revocation means. */
function isRevoked(revocation: Revocation, { user, token, channel }: Credential): boolean {
  switch (revocation.kind) {
    case "user":
      return user === revocation.user;
    case "token":
      return token !== undefined && token.uid === revocation.uid;
    case "tokens":
      if (!token || user !== revocation.user || token.issuedAt >= revocation.issuedBefore) return false;
      return revocation.channel === "" || revocation.channel === channel;
  }
}

/** A revoked token is as good as an expired one: clients ask for another. */
const askForAnother = (): Error => new HubError("tokenExpired", "the token was revoked");

/**
 * Throws `DisconnectError` permissionDenied for a blocked user, and `revoked` for a token that was revoked. Returns the
 * round of revocations that it knew of.
 */
export function checkConnection(hub: Hub, grant: ConnectionGrant, revoked?: () => Error): Promise<number> {
  return check(hub, { tenant: grant.identity.tenant, credential: connectionCredential(grant) }, revoked);
}

/** The same for a subscription token. */
export async function checkSubscription(hub: Hub, tenant: string, grant: SubscriptionGrant): Promise<void> {
  await check(hub, { tenant, credential: grant });
}

async function check(
  hub: Hub,
  { tenant, credential }: { tenant: string; credential: Credential },
  revoked: () => Error = askForAnother,
): Promise<number> {
  for (;;) {
    const round = hub.revocationRound;
    const found = await hub.revocations?.find(tenant, credential);
    if (found?.kind === "user") throw new DisconnectError(disconnects.permissionDenied, "the user is blocked");
    if (found) throw revoked();
    // What was revoked while the store was asked may be missing in its answer.
    if (round === hub.revocationRound) return round;
  }
}
