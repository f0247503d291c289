import type { Clock } from "../kit/clock.ts";
import type { Ids } from "../kit/ids.ts";
import type { Log } from "../kit/log.ts";
import { createWheel, type Wheel } from "../kit/wheel.ts";
import { createRenewals, type Renewals } from "./asking/renewals.ts";
import { Channels } from "./channels.ts";
import type { Cluster } from "./cluster/cluster.ts";
import { createMembership, type Figures, type Membership } from "./cluster/membership.ts";
import type { Quotas } from "./cluster/quotas.ts";
import { sendAway } from "./cluster/send-away.ts";
import type { LiveChannel } from "./fanout.ts";
import { createGate, type Gate } from "./gate.ts";
import type { HubOptions, HubSettings } from "./hub-options.ts";
import { createLimits, type Limits } from "./limits.ts";
import type { Application } from "./ports/application.ts";
import type { Directory } from "./ports/directory.ts";
import type { ControlMessage, Engine } from "./ports/engine.ts";
import type { Authenticator } from "./ports/identity.ts";
import type { Revocations } from "./ports/revocations.ts";
import type { Schemas } from "./ports/schemas.ts";
import { Session, type SessionInit, type SessionKeeper } from "./session.ts";
import type { NameContext } from "./values/channel.ts";
import { disconnects, unsubscribes } from "./values/disconnects.ts";
import type { HubEvent, HubListener } from "./values/events.ts";
import type { Subscription } from "./values/subscription.ts";
import { DEFAULT_TENANT_ID } from "./values/tenant.ts";
import { createWatch, type Watch } from "./watch.ts";

/** Where operators' channels keep no history: long enough for a lost announcement. */
const WATCH_HOLD_MS = 30_000;

type ControlHandler = (message: ControlMessage, from: string) => void;

/** Sessions and channels of this node: first subscriber in, last one out, engine events in. */
export class Hub implements SessionKeeper {
  readonly settings: HubSettings;
  readonly engine: Engine;
  readonly authenticator: Authenticator;
  readonly directory: Directory;
  readonly application: Application;
  readonly revocations: Revocations | undefined;
  readonly schemas: Schemas | undefined;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly gate: Gate;
  readonly limits: Limits;
  readonly wheel: Wheel;
  readonly watch: Watch;
  readonly nodeId: string;
  /** What reading a channel name needs. */
  readonly names: NameContext;
  readonly sessions: Map<string, Session> = new Map();
  /** Sessions by their unguessable names: whoever knows one may speak for the session. */
  readonly bySessionId: Map<string, Session> = new Map();
  /** Sessions by tenant and user. */
  readonly users: Map<string, Set<Session>> = new Map();
  readonly channels: Channels;
  readonly #renewals: Renewals;
  readonly #membership: Membership;
  draining = false;
  #drained: Promise<void> = Promise.resolve();
  /** Sessions that have not ended, authenticated or not. */
  openCount = 0;
  /** Of all sessions that this node knows or has heard of. */
  highestRank = 0;
  /** Grows with each revocation: what was found out before may be out of date. */
  revocationRound = 0;
  readonly #listeners: HubListener[] = [];
  readonly #controls = new Map<string, ControlHandler>();
  readonly #answers = new Map<string, (question: unknown) => unknown>();

  constructor(options: HubOptions) {
    this.settings = options.settings;
    this.engine = options.engine;
    this.authenticator = options.authenticator;
    this.directory = options.directory;
    this.application = options.application ?? {};
    this.revocations = options.revocations;
    this.schemas = options.schemas;
    this.clock = options.clock;
    this.ids = options.ids;
    this.log = options.log;
    this.nodeId = options.ids.uuid();
    this.names = { rules: options.settings.channel, directory: options.directory };
    this.gate = createGate(options.settings);
    this.#membership = createMembership({
      self: this.nodeId,
      control: options.engine.control,
      clock: options.clock,
      ids: options.ids,
      figures: () => this.#figures(),
      draining: () => this.draining,
      answer: (op, question) => this.#answers.get(op)?.(question),
      handle: (message, from) => this.#controls.get(message.kind)?.(message, from),
      failed: (error) => this.log.warn("a control message was not sent", { error }),
    });
    this.limits = createLimits(options.settings.node, options.clock, this.#membership.shares);
    this.wheel = createWheel(options.clock);
    this.watch = createWatch({
      clock: options.clock,
      announce: (resources) => this.tellAll({ kind: "watch", resources }),
      holdMs: options.directory.platform.namespace("tenant")?.historyTtlMs || WATCH_HOLD_MS,
    });
    this.channels = new Channels({
      engine: options.engine,
      wheel: this.wheel,
      clock: options.clock,
      log: options.log,
      positionCheckMs: options.settings.positionCheckMs,
      insufficientSpreadMs: options.settings.insufficientSpreadMs,
      recoveryLimit: options.settings.recoveryLimit,
      recoveryTotalLimit: options.settings.recoveryTotalLimit,
      emit: (event) => this.emit(event),
      occupied: (channel) => {
        if (channel.isWildcard) this.watch.begin(channel.resource);
        this.emit({ type: "occupied", tenant: channel.owner, channel: channel.name });
      },
      vacated: (channel) => {
        if (channel.isWildcard) this.watch.end(channel.resource);
        this.emit({ type: "vacated", tenant: channel.owner, channel: channel.name });
      },
      session: (client) => this.sessions.get(client),
    });
    this.#renewals = createRenewals({
      application: this.application,
      clock: options.clock,
      log: options.log,
      expiredCloseDelayMs: options.settings.expiredCloseDelayMs,
      endSubscription: (subscription) => this.channels.end(subscription, unsubscribes.subscriptionExpired),
      changed: (session) => this.noteExpiry(session),
    });
  }

  get cluster(): Cluster {
    return this.#membership.cluster;
  }

  get quotas(): Quotas {
    return this.#membership.quotas;
  }

  #figures(): Figures {
    return {
      name: this.settings.nodeName,
      version: this.settings.version,
      clients: this.sessions.size,
      users: this.users.size,
      subscriptions: this.channels.subscriptionCount,
      channels: this.channels.live.size,
    };
  }

  async start(): Promise<void> {
    const { channels } = this;
    await this.engine.start(this.nodeId, {
      publication: (key, publication, epoch) => channels.publication(key, publication, epoch),
      join: (key, info) => channels.presence("join", key, info),
      leave: (key, info) => channels.presence("leave", key, info),
      control: (message, from) => this.cluster.receive(message, from),
      interrupted: (affects) => {
        channels.positions.doubtAll(affects);
        this.schemas?.changed();
      },
    });
    this.cluster.start();
  }

  /**
   * Tells every client to come back elsewhere, a limited number of them per second; new sessions are refused from now
   * on. Resolves when all have been told.
   */
  drain(): Promise<void> {
    if (!this.draining) {
      this.draining = true;
      this.cluster.announce();
      this.#drained = sendAway(this, this.settings.drain);
    }
    return this.#drained;
  }

  /** Whoever is still here goes at once. */
  async stop(): Promise<void> {
    void this.drain();
    for (const session of [...this.sessions.values()]) session.disconnect(disconnects.shutdown);
    this.#membership.stop();
    this.watch.stop();
    this.limits.stop();
    this.wheel.stop();
    this.schemas?.stop();
    await this.engine.stop();
  }

  listen(listener: HubListener): void {
    this.#listeners.push(listener);
  }

  emit(event: HubEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.log.error("a listener of hub events failed", { event: event.type, error });
      }
    }
  }

  onControl(kind: string, handler: ControlHandler): void {
    this.#controls.set(kind, handler);
  }

  onSurvey(op: string, answer: (question: unknown) => unknown): void {
    this.#answers.set(op, answer);
  }

  /** Tells the other nodes what nobody here waits for. */
  tellAll(message: ControlMessage): void {
    this.background(this.cluster.tell(message), "a message to the other nodes");
  }

  /** A failure of work that nobody waits for. */
  background(work: Promise<unknown>, what: string): void {
    work.catch((error: unknown) => this.log.warn(`${what} failed`, { error }));
  }

  // Sessions

  /** A new connection, not yet authenticated. It must connect within the stale delay. */
  open(init: SessionInit): Session {
    const tenant = this.directory.tenant(DEFAULT_TENANT_ID) ?? this.directory.platform;
    const session = new Session(init.id ?? this.ids.uuid(), init, { keeper: this, tenant });
    this.openCount++;
    session.endAt = this.clock.now() + this.settings.staleCloseDelayMs;
    this.wheel.set(session, session.endAt);
    this.emit({ type: "session_opened", transport: init.transport.name });
    return session;
  }

  userKey(tenant: string, user: string): string {
    return `${tenant}/${user}`;
  }

  sessionsOf(tenant: string, user: string): readonly Session[] {
    return [...(this.users.get(this.userKey(tenant, user)) ?? [])];
  }

  /** The session is who its grant says; from now on it can be found. */
  admit(session: Session): void {
    const key = this.userKey(session.tenant.id, session.identity.user);
    const set = this.users.get(key);
    if (set) set.add(session);
    else this.users.set(key, new Set([session]));
    this.sessions.set(session.id, session);
    this.bySessionId.set(session.sessionId, session);
    session.connectedAt = this.clock.now();
    session.state = "connected";
  }

  reschedule(session: Session): void {
    const moment = session.nextMoment();
    if (moment === 0 || session.state === "closed") this.wheel.clear(session);
    else if (moment !== session.due) this.wheel.set(session, moment);
  }

  sessionEnded(session: Session, code: number): void {
    if (session.state === "closed") return;
    const wasConnected = session.state === "connected";
    session.state = "closed";
    this.openCount--;
    this.wheel.clear(session);
    for (const subscription of [...session.subscriptions.values()]) this.channels.end(subscription);
    for (const key of session.quotas.splice(0)) this.quotas.give(key);
    if (wasConnected) {
      this.sessions.delete(session.id);
      this.bySessionId.delete(session.sessionId);
      const key = this.userKey(session.tenant.id, session.identity.user);
      const set = this.users.get(key);
      set?.delete(session);
      if (set?.size === 0) this.users.delete(key);
    }
    this.emit({
      type: "disconnected",
      tenant: session.tenant.id,
      transport: session.transport.name,
      clientName: session.clientName,
      code,
      byServer: session.ended !== undefined,
      connected: wasConnected,
    });
  }

  sessionDue(session: Session, now: number): void {
    if (session.endAt > 0 && session.endAt <= now) {
      session.disconnect(session.state === "connected" ? disconnects.expired : disconnects.stale);
    } else if (session.pongBy > 0 && session.pongBy <= now) {
      session.disconnect(disconnects.noPong);
    }
    if (session.state === "closed") return;
    if (session.pingAt > 0 && session.pingAt <= now) this.#ping(session, now);
    if (session.presenceAt > 0 && session.presenceAt <= now) {
      session.presenceAt = now + this.settings.presenceIntervalMs;
      for (const each of session.subscriptions.values()) if (each.present) this.#keepPresent(each);
    }
    if (session.subscriptionEndAt > 0 && session.subscriptionEndAt <= now) this.#endExpired(session, now);
    if (session.renewAt > 0 && session.renewAt <= now) {
      session.renewAt = 0;
      this.background(this.#renewals.run(session), "a renewal");
    }
    this.reschedule(session);
  }

  #ping(session: Session, now: number): void {
    const { pings, pongs, framePings, pongTimeoutMs = this.settings.pongTimeoutMs } = session.transport;
    if (pings) session.push({ type: "ping" });
    if (framePings) session.outlet.ping?.();
    session.pingAt = now + this.settings.pingIntervalMs;
    session.pingSentAt = this.clock.monotonic();
    // A ping more does not prolong the time for the answer to the one before.
    if ((pongs || framePings) && pongTimeoutMs > 0 && session.pongBy === 0) session.pongBy = now + pongTimeoutMs;
  }

  #endExpired(session: Session, now: number): void {
    for (const subscription of [...session.subscriptions.values()]) {
      if (subscription.expireAt === 0) continue;
      if (subscription.expireAt * 1000 + this.settings.expiredSubCloseDelayMs > now) continue;
      if (subscription.serverSide) session.disconnect(disconnects.subscriptionExpired);
      else this.channels.end(subscription, unsubscribes.subscriptionExpired);
    }
    this.noteExpiry(session);
  }

  /** Something of the session ends at another moment than before: sets its deadlines anew. */
  noteExpiry(session: Session): void {
    let earliest = 0;
    for (const { expireAt } of session.subscriptions.values()) {
      if (expireAt > 0 && (earliest === 0 || expireAt < earliest)) earliest = expireAt;
    }
    session.subscriptionEndAt = earliest === 0 ? 0 : earliest * 1000 + this.settings.expiredSubCloseDelayMs;
    session.renewAt = this.#renewals.moment(session);
    this.reschedule(session);
  }

  /** The reply has left: the subscriber gets everything from here on, and the session's deadlines follow. */
  join(live: LiveChannel, subscription: Subscription<Session>): void {
    const { owner: session, channel } = subscription;
    this.channels.join(live, subscription);
    this.emit({ type: "subscribed", tenant: channel.owner, namespace: channel.namespace.name });
    if (subscription.present && session.presenceAt === 0) {
      session.presenceAt = this.clock.now() + this.settings.presenceIntervalMs;
      this.reschedule(session);
    }
    if (subscription.expireAt > 0) this.noteExpiry(session);
    if (subscription.announced) {
      this.background(this.engine.broker.join(channel.key, session.clientInfo(subscription)), "a join event");
    }
  }

  #keepPresent(subscription: Subscription<Session>): void {
    const info = subscription.owner.clientInfo(subscription);
    const kept = this.engine.presence.add(subscription.channel.key, info, this.settings.presenceTtlMs);
    this.background(kept, "refreshing presence");
  }
}
