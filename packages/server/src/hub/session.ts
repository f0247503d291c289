import type { Deadline } from "../kit/wheel.ts";
import type { Encoder } from "./ports/encoder.ts";
import type { ConnectionGrant, Identity } from "./ports/identity.ts";
import type { Inlet, Outlet } from "./ports/outlet.ts";
import type { Topics } from "./ports/topics.ts";
import type { NameReader } from "./values/channel.ts";
import { type Disconnect, disconnects, mayReconnect } from "./values/disconnects.ts";
import type { ClientInfo } from "./values/publication.ts";
import type { Push } from "./values/push.ts";
import type { Subscription } from "./values/subscription.ts";
import { DEFAULT_TENANT_ID, type Tenant } from "./values/tenant.ts";

/** How a session's bytes move; one object per kind of transport, shared by its sessions. */
export interface Transport {
  /** For metrics and logs: "websocket", "http_stream", "uni_sse". */
  readonly name: string;
  /** The hub sends pings. */
  readonly pings: boolean;
  /** The client answers pings; one that does not is gone. */
  readonly pongs: boolean;
  /** Both happen below the protocol, between listener and socket; besides or instead of those of the protocol. */
  readonly framePings?: boolean;
  /** Why a connection ends is pushed before its end: there is no close frame, or it does not say enough. */
  readonly pushesDisconnect: boolean;
  /** What the close frame says, where the protocol has words of its own; absent: the hub's. */
  closing?(disconnect: Disconnect): Disconnect;
  /** Grace of a connection whose credential expired; absent: that of the hub. */
  readonly expiredCloseDelayMs?: number;
  /** How long the answer to a ping may take; absent: what the hub says. */
  readonly pongTimeoutMs?: number;
  /** Connections of one user, for those who come this way; absent: that of the hub. */
  readonly userConnectionLimit?: number;
}

export interface SessionInit {
  /** Its client id, when somebody was told it before; absent: a new one. */
  readonly id?: string;
  readonly outlet: Outlet;
  readonly topics: Topics;
  readonly encoder: Encoder;
  readonly transport: Transport;
  /** Headers of the request that opened the connection, those that the application wants to see; names in lower case. */
  readonly requestHeaders?: ReadonlyMap<string, string>;
}

const noHeaders: ReadonlyMap<string, string> = new Map();

const nobody: ConnectionGrant = {
  identity: { tenant: DEFAULT_TENANT_ID, platform: false, user: "", roles: [], permissions: [] },
  expireAt: 0,
  subscriptions: new Map(),
};

export type SessionState = "open" | "connecting" | "connected" | "closed";

/** What a session needs of its hub. */
export interface SessionKeeper {
  sessionDue(session: Session, now: number): void;
  sessionEnded(session: Session, code: number): void;
}

/** Who asks an operation: a session, or the server API without one. */
export interface Caller extends NameReader {
  readonly session: Session | undefined;
}

/** One connection as the hub sees it: identity, subscriptions, deadlines. No wire, no socket. */
export class Session implements Caller, Deadline {
  readonly id: string;
  readonly outlet: Outlet;
  readonly topics: Topics;
  readonly encoder: Encoder;
  readonly transport: Transport;
  readonly #keeper: SessionKeeper;
  readonly subscriptions: Map<string, Subscription<Session>> = new Map();
  state: SessionState = "open";
  /** Unguessable name of the downstream half, for emulation and the server API. */
  sessionId = "";
  /** Where its commands go in when they come beside its stream (emulation). */
  upstream: Inlet | undefined = undefined;
  /** What it sent in place of HTTP headers that a browser cannot set; for the application's backend. */
  emulatedHeaders: ReadonlyMap<string, string> = noHeaders;
  clientName = "";
  clientVersion = "";
  readonly requestHeaders: ReadonlyMap<string, string>;
  /** Set once, by connect; renewed by refresh. */
  grant: ConnectionGrant;
  tenant: Tenant;
  /** What it has taken of limits that hold for the whole cluster; given back when it ends. */
  readonly quotas: string[] = [];
  /** Orders the connections of a user where only the newest may stay. */
  rank = 0;
  /** Why the hub ended it; `undefined` while it lives or when the client left. */
  ended: Disconnect | undefined = undefined;
  /** Moments on the hub's clock in milliseconds; 0 while not set. */
  pingAt = 0;
  pongBy = 0;
  pingSentAt = 0;
  connectedAt = 0;
  presenceAt = 0;
  endAt = 0;
  subscriptionEndAt = 0;
  renewAt = 0;

  /** Of the last ping; 0 before the first. */
  roundTripMs = 0;

  due = 0;
  previous: Deadline | undefined = undefined;
  next: Deadline | undefined = undefined;

  constructor(id: string, init: SessionInit, context: { keeper: SessionKeeper; tenant: Tenant }) {
    this.id = id;
    this.outlet = init.outlet;
    this.topics = init.topics;
    this.encoder = init.encoder;
    this.transport = init.transport;
    this.requestHeaders = init.requestHeaders ?? noHeaders;
    this.#keeper = context.keeper;
    this.grant = nobody;
    this.tenant = context.tenant;
  }

  get session(): Session {
    return this;
  }

  get identity(): Identity {
    return this.grant.identity;
  }

  /** The platform's own operator: signed by a key of the platform and of the role `admin`. */
  get isAdmin(): boolean {
    return this.grant.identity.platform && this.grant.identity.roles.includes("admin");
  }

  get crossesTenants(): boolean {
    return this.isAdmin;
  }

  /** Sends to this session alone. */
  push(push: Push): void {
    if (this.state !== "closed") this.outlet.send(this.encoder.encode(push));
  }

  /** Ends the connection; what was queued leaves first. The first reason stays. */
  disconnect(disconnect: Disconnect): void {
    if (this.state === "closed" || this.ended) return;
    this.ended = disconnect;
    if (this.transport.pushesDisconnect) {
      this.push({ type: "disconnect", ...disconnect, reconnect: mayReconnect(disconnect.code) });
    }
    this.outlet.close(this.transport.closing?.(disconnect) ?? disconnect);
    this.#keeper.sessionEnded(this, disconnect.code);
  }

  /** The reader is too slow. */
  overflow(): void {
    this.disconnect(disconnects.slow);
  }

  /** The reader takes nothing any more; nothing said from here on reaches it. */
  stalled(): void {
    this.disconnect(disconnects.writeError);
  }

  /** The connection is gone, for whatever reason. */
  closed(code: number): void {
    this.#keeper.sessionEnded(this, this.ended?.code ?? code);
  }

  /** What others may see of it in `channel`. */
  clientInfo(subscription?: Subscription<Session>): ClientInfo {
    const info: { -readonly [K in keyof ClientInfo]: ClientInfo[K] } = { user: this.identity.user, client: this.id };
    if (this.grant.info !== undefined) info.connInfo = this.grant.info;
    if (subscription?.info !== undefined) info.chanInfo = subscription.info;
    return info;
  }

  /** The earliest of its own moments; 0 when there is none. */
  nextMoment(): number {
    let earliest = this.endAt;
    earliest = earlier(earliest, this.pingAt);
    earliest = earlier(earliest, this.pongBy);
    earliest = earlier(earliest, this.presenceAt);
    earliest = earlier(earliest, this.subscriptionEndAt);
    earliest = earlier(earliest, this.renewAt);
    return earliest;
  }

  fire(now: number): void {
    this.#keeper.sessionDue(this, now);
  }
}

const earlier = (a: number, b: number): number => (b > 0 && (a === 0 || b < a) ? b : a);
