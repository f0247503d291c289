import { type Filter, matchesFilter } from "../../../kit/filter.ts";
import type { Hub } from "../../hub.ts";
import type { ControlMessage } from "../../ports/engine.ts";
import type { Session } from "../../session.ts";
import { HubError } from "../../values/errors.ts";

/** Whose connections a request of the server API is about: those for which everything said here is true. */
export interface TargetRequest {
  readonly user: string;
  readonly client: string;
  readonly session: string;
  /** Everybody, also anonymous connections, in place of one user. */
  readonly allUsers?: boolean | undefined;
  /** Only connections whose labels fit. */
  readonly labels?: Filter | undefined;
}

/** Which sessions of a tenant a server-side operation is about. An empty text leaves that condition out. */
export interface Target extends TargetRequest {
  readonly tenant: string;
}

/** Throws `HubError` badRequest for a request that means nobody or contradicts itself. */
export function targetOf(tenant: string, request: TargetRequest): Target {
  const { user, client, session, allUsers = false, labels } = request;
  if (user === "" && client === "" && session === "" && !allUsers)
    throw new HubError("badRequest", "name a user, a client or a session, or say all_users");
  if (user !== "" && allUsers) throw new HubError("badRequest", "user and all_users exclude each other");
  return { tenant, user, client, session, allUsers, ...(labels ? { labels } : {}) };
}

/** The sessions on this node that a target means; a target without any condition means nobody. */
function targetedSessions(hub: Hub, target: Target): readonly Session[] {
  const { labels } = target;
  return candidates(hub, target).filter(
    (session) =>
      session.tenant.id === target.tenant &&
      (target.client === "" || session.id === target.client) &&
      (target.session === "" || session.sessionId === target.session) &&
      (!labels || matchesFilter(labels, session.grant.labels)),
  );
}

function candidates(hub: Hub, target: Target): readonly Session[] {
  if (target.user !== "") return hub.sessionsOf(target.tenant, target.user);
  if (target.client !== "" || target.session !== "") {
    const session = target.client === "" ? hub.bySessionId.get(target.session) : hub.sessions.get(target.client);
    return session ? [session] : [];
  }
  return target.allUsers ? [...hub.sessions.values()] : [];
}

/** Gives an order to the other nodes, or to one of them. Throws `HubError` when the engine could not take it: they have then not heard it. */
export async function tellOthers(hub: Hub, order: ControlMessage, node?: string): Promise<void> {
  try {
    await hub.cluster.tell(order, node);
  } catch (error) {
    if (error instanceof HubError) throw error;
    hub.log.error("the other nodes could not be told", { order: order.kind, error });
    throw new HubError("internal", `${node === undefined ? "the other nodes" : "its node"} could not be told`);
  }
}

/** So many are dealt with in one turn; with `all_users` there may be very many. */
const PER_TURN = 256;

/** Acts on each session that a target means: on the first ones in this turn, on the rest in later ones. */
export async function forTargeted(hub: Hub, target: Target, act: (session: Session) => unknown): Promise<void> {
  const sessions = targetedSessions(hub, target);
  for (let start = 0; start < sessions.length; start += PER_TURN) {
    if (start > 0) await new Promise<void>((resolve) => hub.clock.nextTurn(resolve));
    const batch = sessions.slice(start, start + PER_TURN).filter(({ state }) => state === "connected");
    await Promise.all(batch.map(act));
  }
}
