import type { Payload } from "../values/publication.ts";
import type { CapabilityAction, SubscribeGrant } from "../values/subscription.ts";
import type { TokenInfo } from "./revocations.ts";

/** Who a connection is, as a verified credential says it. Nothing in here ever comes from an unverified field. */
export interface Identity {
  readonly tenant: string;
  /** Signed by a key of the platform, not of the tenant. */
  readonly platform: boolean;
  /** Empty: anonymous. */
  readonly user: string;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
}

/** What a connection may do beyond the options of namespaces, in channels of its own reach. */
export interface Capabilities {
  /** Pure, and quick whatever the names and patterns are: they come from outside. */
  allows(action: CapabilityAction, channel: string): boolean;
}

/** What the application calls a connection, to find it again. */
export type Labels = Readonly<Record<string, string>>;

/** What a connection token grants. Times in seconds since the Unix epoch; 0 means never. */
export interface ConnectionGrant {
  readonly identity: Identity;
  readonly expireAt: number;
  readonly info?: Payload;
  /** Handed to the client with the connect reply; only the application gives it. */
  readonly data?: Payload;
  /** A JSON object that only the server sees. */
  readonly meta?: string;
  readonly capabilities?: Capabilities;
  readonly labels?: Labels;
  /** Absent when no token vouched for the connection. */
  readonly token?: TokenInfo;
  /** Server-side subscriptions by channel name. */
  readonly subscriptions: ReadonlyMap<string, SubscribeGrant>;
}

/** What a subscription token grants for one channel. */
export interface SubscriptionGrant extends SubscribeGrant {
  readonly channel: string;
  readonly user: string;
  /** Legacy claim; empty when absent. */
  readonly client: string;
}

export interface Authenticator {
  /**
   * Throws `HubError` tokenExpired, or internal (temporary) when the keys cannot be had at the moment;
   * `DisconnectError` invalidToken, or permissionDenied for an anonymous token where none is allowed.
   */
  connection(token: string): Promise<ConnectionGrant>;
  /**
   * Verified with the keys that this tenant's connections are verified with.
   * Throws `HubError` tokenExpired, permissionDenied (bad signature or claims), or internal as above.
   */
  subscription(token: string, tenant: string): Promise<SubscriptionGrant>;
}

/** Who calls the server API. */
export interface ApiIdentity {
  /** Absent: a key of the platform, which may name the tenant in each request. */
  readonly tenant?: string;
  readonly name: string;
  /** Method names, or the groups "publish", "read", "manage", or "*". */
  readonly scopes: readonly string[];
}

export interface ApiAuthenticator {
  /** Constant-time; `undefined` for an unknown key. */
  identify(key: string): ApiIdentity | undefined;
}
