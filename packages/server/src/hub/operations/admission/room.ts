import type { Hub } from "../../hub.ts";
import type { Session } from "../../session.ts";
import { DisconnectError, disconnects } from "../../values/disconnects.ts";

/**
 * Takes a place among the connections of the tenant and of the user, which are counted on all nodes together. The places
 * are given back when the session ends. Throws `DisconnectError` connectionLimit.
 */
export async function takeRoom(hub: Hub, session: Session): Promise<void> {
  const { id, limits } = session.tenant;
  const { userConnectionLimit = hub.settings.userConnectionLimit } = session.transport;
  const { user } = session.identity;
  const perUser = limits.userConnections || userConnectionLimit;
  if (limits.connections > 0) {
    const room = { key: `connections/${id}`, limit: limits.connections };
    await take(hub, session, { ...room, refusal: `tenant ${id} has ${limits.connections} connections` });
  }
  if (perUser > 0 && user !== "" && session.state !== "closed") {
    const room = { key: `connections/${hub.userKey(id, user)}`, limit: perUser };
    await take(hub, session, { ...room, refusal: `a user has ${perUser} connections` });
  }
}

/** For a session that will not be admitted although it has not ended. */
export function giveRoom(hub: Hub, session: Session): void {
  for (const key of session.quotas.splice(0)) hub.quotas.give(key);
}

interface Room {
  readonly key: string;
  readonly limit: number;
  /** For the log. */
  readonly refusal: string;
}

async function take(hub: Hub, session: Session, { key, limit, refusal }: Room): Promise<void> {
  if (!(await hub.quotas.take(key, limit))) throw new DisconnectError(disconnects.connectionLimit, refusal);
  if (session.state === "closed") hub.quotas.give(key);
  else session.quotas.push(key);
}
