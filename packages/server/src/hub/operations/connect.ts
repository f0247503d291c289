import { askerOf, stranger } from "../asking/asker.ts";
import { checkRegex } from "../gate.ts";
import type { Hub } from "../hub.ts";
import type { Asker } from "../ports/application.ts";
import type { ConnectionGrant, Identity } from "../ports/identity.ts";
import type { Session } from "../session.ts";
import { resolveChannel } from "../values/channel.ts";
import { DisconnectError, disconnects } from "../values/disconnects.ts";
import { HubError } from "../values/errors.ts";
import type { Payload, Position } from "../values/publication.ts";
import type { ConnectResult } from "../values/push.ts";
import type { SubscribeGrant, SubscriptionSource } from "../values/subscription.ts";
import { DEFAULT_TENANT_ID } from "../values/tenant.ts";
import { checkConnection } from "./admission/revocation.ts";
import { giveRoom, takeRoom } from "./admission/room.ts";
import { type Established, establish, type SubscribeWish } from "./establish.ts";
import { endOf } from "./refresh.ts";
import { authorize, channelLimit } from "./subscribe.ts";

export interface ConnectRequest {
  /** A connection token; "" for none. */
  readonly token: string;
  /** Name of the client's software, for metrics and logs. */
  readonly name: string;
  /** Positions of server-side subscriptions that the client had: a hint, never a grant. */
  readonly recover: ReadonlyMap<string, Position>;
  /** Channels that the client asks for here because it cannot subscribe later; each needs the right of a subscribe. */
  readonly wishes?: ReadonlyMap<string, ConnectWish>;
  /** What stands for HTTP headers that the client cannot set. */
  readonly headers?: ReadonlyMap<string, string>;
  /** For the application alone: version of the client's software, and data. */
  readonly version?: string;
  readonly data?: Payload;
  /** What `authenticate` has said before; absent: it is asked. */
  readonly grant?: ConnectionGrant;
  /** The user that a trusted proxy in front named in a header; "" for none. */
  readonly headerUser: string;
  /** Under the same rule as in `SubscribeRequest`. */
  readonly reply: (result: ConnectResult) => void;
}

export interface ConnectWish extends SubscribeWish {
  /** A subscription token; "" for none. */
  readonly token: string;
  /** For the application alone. */
  readonly data?: Payload;
}

/**
 * A client says who it is and gets its server-side subscriptions.
 *
 * Throws `DisconnectError` badRequest (no credentials, or a second connect), invalidToken, connectionLimit, channelLimit,
 * shutdown, permissionDenied for a blocked user; `HubError` tokenExpired, or what `subscribe` throws for a wish, after which the session is of no use.
 */
export async function connect(hub: Hub, session: Session, request: ConnectRequest): Promise<void> {
  if (session.state !== "open") throw new DisconnectError(disconnects.badRequest, "a second connect");
  session.state = "connecting";
  session.clientName = request.name;
  session.clientVersion = request.version ?? "";
  if (request.headers) session.emulatedHeaders = request.headers;
  const { data, ...grant } = request.grant ?? (await authenticate(hub, request, askerOf(session)));
  if (isClosed(session)) return;
  const tenant = hub.directory.tenant(grant.identity.tenant);
  if (!tenant) throw new DisconnectError(disconnects.invalidToken, "the tenant is not known here");
  let round = await checkConnection(hub, grant);
  if (isClosed(session)) return;
  session.grant = grant;
  session.tenant = tenant;
  checkStaying(hub);
  const established: Established[] = [];
  try {
    await takeRoom(hub, session);
    if (isClosed(session)) return;
    established.push(...(await establishAll(hub, session, request)));
    // A revocation in the meantime did not meet this session: it is not among the connected yet.
    while (round !== hub.revocationRound) round = await checkConnection(hub, grant);
    checkStaying(hub);
  } catch (error) {
    giveRoom(hub, session);
    for (const each of established) each.abandon();
    throw error;
  }
  if (isClosed(session)) {
    for (const each of established) each.abandon();
    return;
  }
  session.sessionId = hub.ids.uuid();
  hub.admit(session);
  startDeadlines(hub, session);
  const result = resultOf(hub, session, established);
  request.reply(data === undefined ? result : { ...result, data });
  for (const each of established) each.start();
  hub.emit({ type: "connected", tenant: tenant.id, transport: session.transport.name, clientName: session.clientName });
  if (hub.settings.personalChannel?.singleConnection) keepNewest(hub, session);
}

/** The state can change in any await; TypeScript's narrowing does not see that. */
const isClosed = (session: Session): boolean => session.state === "closed";

/** What a client brings to say who it is. */
export type Credentials = Pick<ConnectRequest, "token" | "headerUser"> & Partial<ConnectRequest>;

/** What is known of a connection before it is known whose it is. */
export type ConnectingAsker = Pick<Asker, "client" | "transport" | "format"> & Partial<Asker>;

/**
 * Who a client is, as its credential or else the application says. Throws what `connect` throws for one that is not
 * valid.
 */
export async function authenticate(hub: Hub, request: Credentials, asker: ConnectingAsker): Promise<ConnectionGrant> {
  if (request.token !== "") {
    const grant = await hub.authenticator.connection(request.token);
    if (grant.expireAt > 0 && grant.expireAt * 1000 <= hub.clock.now()) throw new HubError("expired");
    return grant;
  }
  const answer = await askApplication(hub, request, { ...stranger, ...asker });
  if (answer) return answer;
  const anonymous = hub.settings.insecure || hub.settings.allowAnonymous;
  if (request.headerUser === "" && !anonymous) {
    throw new DisconnectError(disconnects.badRequest, "no token, and anonymous connections are not allowed");
  }
  return { identity: plainIdentity(request.headerUser), expireAt: 0, subscriptions: new Map() };
}

/** Without roles: nobody becomes an operator by this. */
const plainIdentity = (user: string, tenant = DEFAULT_TENANT_ID): Identity => ({
  tenant,
  platform: false,
  user,
  roles: [],
  permissions: [],
});

async function askApplication(hub: Hub, request: Credentials, asker: Asker): Promise<ConnectionGrant | undefined> {
  const answer = await hub.application.connect?.({
    asker: request.headers ? { ...asker, emulatedHeaders: request.headers } : asker,
    name: request.name ?? "",
    version: request.version ?? "",
    channels: [...(request.recover?.keys() ?? [])],
    ...(request.data === undefined ? {} : { data: request.data }),
  });
  if (!answer) return undefined;
  const { user, tenant, ...given } = answer;
  const identity = plainIdentity(user, tenant);
  if (!hub.directory.tenant(identity.tenant)) {
    hub.log.error("the application named a tenant that does not exist", { tenant: identity.tenant });
    throw new HubError("internal");
  }
  if (given.expireAt > 0 && given.expireAt * 1000 <= hub.clock.now()) throw new HubError("expired");
  return { identity, ...given };
}

function checkStaying(hub: Hub): void {
  if (hub.draining) throw new DisconnectError(disconnects.shutdown);
}

/** The subscriptions that the credential and the configuration give, and those that the client may have and wishes. */
async function establishAll(
  hub: Hub,
  session: Session,
  { recover, wishes = new Map() }: ConnectRequest,
): Promise<Established[]> {
  const given = new Map<string, SubscribeGrant>(session.grant.subscriptions);
  const personal = personalChannel(hub, session);
  if (personal !== "" && !given.has(personal)) given.set(personal, { expireAt: 0 });
  const asked = [...wishes].filter(([name]) => !given.has(name));
  const limit = channelLimit(hub, session);
  if (limit > 0 && given.size + asked.length > limit) throw new DisconnectError(disconnects.channelLimit);
  const work = [...given].map(([name, grant]) => {
    const channel = resolveChannel(name, session, hub.names);
    const since = recover.get(name);
    const source = sourceOf(session, name);
    const wish = since ? { recover: since } : {};
    return () => establish(hub, session, { channel, grant, source, wish, serverSide: true });
  });
  for (const [name, wish] of asked) work.push(() => establishWished(hub, session, { name, wish }));
  const outcomes = await Promise.allSettled(work.map((start) => start()));
  const established = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  const failure = outcomes.find((outcome) => outcome.status === "rejected");
  if (failure) {
    for (const each of established) each.abandon();
    throw failure.reason;
  }
  return established;
}

/** Who gave it with the connection. */
function sourceOf({ grant }: Session, channel: string): SubscriptionSource {
  if (!grant.subscriptions.has(channel)) return "personal";
  return grant.token ? "connectionToken" : "application";
}

/** Nobody resubscribes it when it ends, so it ends the connection as what the server gives does. */
async function establishWished(
  hub: Hub,
  session: Session,
  { name, wish }: { readonly name: string; readonly wish: ConnectWish },
): Promise<Established> {
  const channel = resolveChannel(name, session, hub.names);
  checkRegex(channel);
  const permit = await authorize(hub, session, { ...wish, channel });
  if (session.subscriptions.has(channel.name)) throw new HubError("alreadySubscribed");
  return establish(hub, session, { ...permit, channel, wish, serverSide: true });
}

function personalChannel(hub: Hub, session: Session): string {
  const { personalChannel: personal, channel: rules } = hub.settings;
  const { user } = session.identity;
  if (!personal || user === "") return "";
  const prefix = personal.namespace === "" ? "" : personal.namespace + rules.namespaceBoundary;
  return `${prefix}${rules.userBoundary}${user}`;
}

function startDeadlines(hub: Hub, session: Session): void {
  const now = hub.clock.now();
  const { pingIntervalMs } = hub.settings;
  session.endAt = endOf(hub, session);
  // The first ping comes after a random part of the interval, so that those of a storm of connects spread.
  const { pings, framePings } = session.transport;
  if ((pings || framePings) && pingIntervalMs > 0)
    session.pingAt = now + pingIntervalMs * (0.5 + hub.ids.fraction() / 2);
  hub.noteExpiry(session);
}

function resultOf(hub: Hub, session: Session, established: readonly Established[]): ConnectResult {
  const { settings } = hub;
  const { expireAt } = session.grant;
  const { transport } = session;
  const pings = transport.pings && settings.pingIntervalMs > 0;
  // When the application is asked to prolong the connection, its client has nothing to do.
  const expires = expireAt > 0 && !hub.application.refresh;
  return {
    client: session.id,
    session: session.sessionId,
    node: hub.nodeId,
    version: settings.version,
    expires,
    ttl: expires ? Math.max(0, Math.ceil(expireAt - hub.clock.now() / 1000)) : 0,
    ping: pings ? settings.pingIntervalMs / 1000 : 0,
    pong: pings && transport.pongs && settings.pongTimeoutMs > 0,
    ...(settings.includeServerTime ? { time: hub.clock.now() } : {}),
    subscriptions: new Map(established.map((each) => [each.subscription.channel.name, each.settle()])),
  };
}

/** Ends the user's older connections, on every node. */
function keepNewest(hub: Hub, session: Session): void {
  const { tenant, user } = session.identity;
  if (user === "") return;
  // Later than everything that this node has heard of, also when its clock is behind those of others.
  session.rank = Math.max(hub.clock.now(), hub.highestRank + RANK_STEP);
  hub.highestRank = session.rank;
  const newest: Newest = { tenant, user, client: session.id, rank: session.rank };
  hub.tellAll({ kind: "newest", newest });
  for (const other of hub.sessionsOf(tenant, user)) {
    if (other !== session) other.disconnect(disconnects.connectionLimit);
  }
}

/** A connection beside which its user's older ones are not to stay. */
export interface Newest {
  readonly tenant: string;
  readonly user: string;
  readonly client: string;
  /** The higher, the newer: milliseconds since the Unix epoch, or a little more. */
  readonly rank: number;
}

const RANK_STEP = 0.001;

/** The part of another node. Of two that opened at the same moment on two nodes, both nodes keep the same one. */
export function keepNewestHere(hub: Hub, { tenant, user, client, rank }: Newest): void {
  hub.highestRank = Math.max(hub.highestRank, rank);
  for (const other of hub.sessionsOf(tenant, user)) {
    const isOlder = other.rank < rank || (other.rank === rank && other.id < client);
    if (isOlder) other.disconnect(disconnects.connectionLimit);
  }
}
