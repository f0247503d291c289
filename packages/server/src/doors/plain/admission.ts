import {
  authenticate,
  type ConnectResult,
  connect,
  type Disconnect,
  DisconnectError,
  disconnects,
  errors,
  type Hub,
  HubError,
  type Position,
  refresh,
  type Session,
  type SubscribeResult,
} from "../../hub/index.ts";
import type { Deadline } from "../../kit/wheel.ts";
import type { Request } from "./dialect.ts";
import { eventId, positionOf } from "./event-id.ts";

/** What holds for everybody who comes in by this door. */
export interface Rules {
  /** Who has none of these roles is sent away; empty: everybody may stay. */
  readonly roles: readonly string[];
  /** The channel that everybody gets with `auth_success`; "" for none. */
  readonly channel: string;
  /** Frames of one connection per second; 0 for no limit. */
  readonly framesPerSecond: number;
}

export interface AdmissionOptions {
  readonly hub: Hub;
  readonly session: Session;
  readonly rules: Rules;
  /** The user that a trusted header names; "" for none. */
  readonly headerUser: string;
  readonly send: (frame: object) => void;
  /** What a subscription begins with. */
  readonly begin: (channel: string, result: SubscribeResult, since: string | undefined) => void;
}

type Auth = Extract<Request, { type: "auth" }>;

/** Who the client of one connection is, from its first `auth` to the end of its last token. */
export class Admission implements Deadline {
  readonly #options: AdmissionOptions;

  due = 0;
  previous: Deadline | undefined = undefined;
  next: Deadline | undefined = undefined;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Lets the client in, or prolongs its stay. Throws `HubError` and `DisconnectError` as `connect` and `refresh` do. */
  async authenticate(auth: Auth): Promise<void> {
    const { hub, session, rules, headerUser } = this.#options;
    if (session.state === "connected") {
      await refresh(hub, session, auth.token);
      this.#checkRole(session.identity.roles);
      return this.#welcome(auth);
    }
    const { requestHeaders, transport, encoder } = session;
    const asker = { client: session.id, transport: transport.name, format: encoder.id, requestHeaders };
    const credentials = { token: auth.token, headerUser };
    const grant = await authenticate(hub, credentials, asker);
    this.#checkRole(grant.identity.roles);
    const recover = await this.#whereFrom(auth, grant.identity.tenant);
    await connect(hub, session, {
      ...credentials,
      grant,
      name: "",
      recover: new Map(),
      wishes: new Map(rules.channel === "" ? [] : [[rules.channel, { token: "", recoverable: true, ...recover }]]),
      reply: (result) => this.#begin(auth, result),
    });
  }

  /** The channel is the operator's choice: he who has the role may be told where he stands in it. */
  async #whereFrom({ since }: Auth, tenantId: string): Promise<{ recover?: Position }> {
    const { hub, rules } = this.#options;
    const tenant = hub.directory.tenant(tenantId);
    if (since === undefined || rules.channel === "" || !tenant) return {};
    const reader = { tenant, crossesTenants: true };
    return { recover: await positionOf(hub, reader, { channel: rules.channel, since }) };
  }

  /** What a failure of `authenticate` means for the connection; `undefined`: it stays, and may try again. */
  verdict(error: unknown): Disconnect | undefined {
    if (error instanceof DisconnectError) {
      // Neither a token nor anything in its place.
      return error.disconnect.code === disconnects.badRequest.code ? disconnects.unauthorized : error.disconnect;
    }
    if (!(error instanceof HubError)) return disconnects.serverError;
    if (expirations.includes(error.code)) return disconnects.expired;
    if (error.code === errors.permissionDenied.code) return disconnects.permissionDenied;
    return this.#options.session.state === "connected" ? undefined : disconnects.serverError;
  }

  /** The token has expired, unless it was renewed behind our back. */
  fire(now: number): void {
    const { hub, session, send } = this.#options;
    const { state, grant, transport } = session;
    if (state !== "connected" || grant.expireAt === 0) return;
    if (grant.expireAt * 1_000 > now) {
      this.#watchExpiry();
      return;
    }
    const graceMs = transport.expiredCloseDelayMs ?? hub.settings.expiredCloseDelayMs;
    const message = "the token has expired: send auth with a new one";
    send({ type: "auth_error", code: "TOKEN_EXPIRED", message, graceMs });
  }

  end(): void {
    this.#options.hub.wheel.clear(this);
  }

  #checkRole(roles: readonly string[]): void {
    const { roles: required } = this.#options.rules;
    if (required.length > 0 && !required.some((role) => roles.includes(role))) {
      throw new DisconnectError(disconnects.permissionDenied, `none of the roles ${required.join(", ")}`);
    }
  }

  #begin(auth: Auth, { subscriptions }: ConnectResult): void {
    const { rules, begin } = this.#options;
    this.#welcome(auth, subscriptions.get(rules.channel));
    for (const [name, result] of subscriptions) begin(name, result, name === rules.channel ? auth.since : undefined);
  }

  #welcome({ id }: Auth, joined?: SubscribeResult): void {
    const { session, rules, send } = this.#options;
    const { identity, grant } = session;
    this.#watchExpiry();
    send({
      type: "auth_success",
      ...(id === undefined ? {} : { id }),
      userId: identity.user,
      role: [...rules.roles, ...identity.roles].find((role) => identity.roles.includes(role)) ?? null,
      client: session.id,
      ...(grant.expireAt > 0 ? { expiresAt: new Date(grant.expireAt * 1_000).toISOString() } : {}),
      ...(joined?.position ? { lastEventId: eventId(joined.position) } : {}),
    });
  }

  #watchExpiry(): void {
    const { hub, session } = this.#options;
    // Where the application is asked to prolong connections, their clients have nothing to do.
    if (session.grant.expireAt > 0 && !hub.application.refresh) hub.wheel.set(this, session.grant.expireAt * 1_000);
    else hub.wheel.clear(this);
  }
}

const expirations: readonly number[] = [errors.tokenExpired.code, errors.expired.code];
