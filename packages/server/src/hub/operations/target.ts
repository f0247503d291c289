import type { Hub } from "../hub.ts";
import type { Session } from "../session.ts";

/** Which sessions of a tenant a server-side operation is about. An empty text leaves that condition out. */
export interface Target {
  readonly tenant: string;
  readonly user: string;
  readonly client: string;
  readonly session: string;
}

/** The sessions on this node that a target means; a target without any condition means nobody. */
export function targetedSessions(hub: Hub, target: Target): readonly Session[] {
  return candidates(hub, target).filter(
    (session) =>
      session.tenant.id === target.tenant &&
      (target.client === "" || session.id === target.client) &&
      (target.session === "" || session.sessionId === target.session),
  );
}

function candidates(hub: Hub, target: Target): readonly Session[] {
  if (target.user !== "") return hub.sessionsOf(target.tenant, target.user);
  if (target.client !== "") {
    const session = hub.sessions.get(target.client);
    return session ? [session] : [];
  }
  const session = hub.bySessionId.get(target.session);
  return session ? [session] : [];
}
