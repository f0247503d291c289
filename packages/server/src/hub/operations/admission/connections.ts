import { type Filter, matchesFilter } from "../../../kit/filter.ts";
import { createFirst, mergePages } from "../../../kit/pages.ts";
import type { NodeRef } from "../../cluster/surveys.ts";
import type { Hub } from "../../hub.ts";
import type { Labels } from "../../ports/identity.ts";
import type { TokenInfo } from "../../ports/revocations.ts";
import type { Caller, Session } from "../../session.ts";
import type { SubscriptionSource } from "../../values/subscription.ts";

export interface ConnectionsRequest {
  /** "" for everybody, also anonymous connections. */
  readonly user: string;
  readonly labels?: Filter;
  /** At most so many; 0 for as many as are given at all. */
  readonly limit: number;
  /** Where an earlier page ended; "" for the first. */
  readonly cursor: string;
}

export interface ConnectionInfo {
  readonly client: string;
  readonly user: string;
  /** Name and version of the client's software. */
  readonly name: string;
  readonly version: string;
  readonly transport: string;
  /** Id of the wire format. */
  readonly format: string;
  readonly channels: Readonly<Record<string, SubscriptionSource>>;
  readonly token?: TokenInfo;
  readonly subscriptionTokens: Readonly<Record<string, TokenInfo>>;
  /** A JSON object that only the server sees. */
  readonly meta?: string;
  readonly labels?: Labels;
  readonly connectedAtMs: number;
  /** 0 before the first answer to a ping. */
  readonly roundTripMs: number;
}

export interface ConnectionsPage {
  /** By client id. */
  readonly connections: readonly ConnectionInfo[];
  /** Where the next page begins; "" when this was the last. */
  readonly cursor: string;
  /** Nodes that did not answer in time: their connections are missing. */
  readonly missing: readonly NodeRef[];
}

/** The question as it travels between nodes. */
export interface ConnectionsQuestion extends ConnectionsRequest {
  readonly tenant: string;
}

/** One page is held in memory and travels as one message. */
const MAX_LIMIT = 1_000;

/** Connections of the caller's tenant on all nodes, page by page. */
export async function connections(hub: Hub, caller: Caller, request: ConnectionsRequest): Promise<ConnectionsPage> {
  const limit = request.limit === 0 ? MAX_LIMIT : Math.min(request.limit, MAX_LIMIT);
  const question: ConnectionsQuestion = { ...request, limit, tenant: caller.tenant.id };
  const { answers, missing } = await hub.cluster.survey<readonly ConnectionInfo[]>("connections", question);
  const { items, cursor } = mergePages(answers, limit, ({ client }) => client);
  const inOrder = [...items].sort((a, b) => (a.client < b.client ? -1 : 1));
  return { connections: inOrder, cursor, missing };
}

/** The part of this node: the first ones after the cursor. */
export function connectionsHere(hub: Hub, question: ConnectionsQuestion): readonly ConnectionInfo[] {
  const { tenant, user, labels, limit, cursor } = question;
  const sessions = user === "" ? hub.sessions.values() : hub.sessionsOf(tenant, user);
  const first = createFirst<Session>(limit, ({ id }) => id);
  for (const session of sessions) {
    if (session.tenant.id !== tenant || session.id <= cursor) continue;
    if (!labels || matchesFilter(labels, session.grant.labels)) first.add(session);
  }
  return first.items().map(describe);
}

function describe(session: Session): ConnectionInfo {
  const { grant, transport, encoder } = session;
  const subscriptions = [...session.subscriptions.values()];
  return {
    client: session.id,
    user: session.identity.user,
    name: session.clientName,
    version: session.clientVersion,
    transport: transport.name,
    format: encoder.id,
    channels: Object.fromEntries(subscriptions.map((each) => [each.channel.name, each.source])),
    subscriptionTokens: Object.fromEntries(
      subscriptions.flatMap(({ channel, token }) => (token ? [[channel.name, token]] : [])),
    ),
    connectedAtMs: session.connectedAt,
    roundTripMs: session.roundTripMs,
    ...(grant.token ? { token: grant.token } : {}),
    ...(grant.meta === undefined ? {} : { meta: grant.meta }),
    ...(grant.labels ? { labels: grant.labels } : {}),
  };
}
