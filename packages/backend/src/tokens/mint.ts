import { SignJWT } from "jose";
import { type Clock, systemClock } from "../kit/clock.ts";
import { type Random, systemRandom } from "../kit/random.ts";
import { readSigningKey, type SigningKey } from "./signing-key.ts";

/** What a subscriber or connection may do besides what the namespace allows: subscribe, publish, presence, history. */
export type Right = "sub" | "pub" | "prs" | "hst";

/** Claims of both kinds of tokens. */
interface TokenContent {
  /** The id of the user; empty for somebody anonymous. */
  readonly user: string;
  /** Which tenant's. Without it, a key of the platform speaks for the default tenant, and one of a tenant is not found. */
  readonly tenant?: string;
  /** How long the token is good for; 900. Clients ask for another one before it ends. */
  readonly ttlSeconds?: number;
  /** `jti`, by which it can be revoked; by default a new one. */
  readonly id?: string;
  readonly issuer?: string;
  readonly audience?: string | string[];
  /** What others see of the user. */
  readonly info?: unknown;
}

export interface SubscriptionContent {
  readonly info?: unknown;
  /** Handed to the client with the subscription. */
  readonly data?: unknown;
  readonly allow?: readonly Right[];
}

export interface ConnectionTokenContent extends TokenContent {
  readonly roles?: readonly string[];
  readonly permissions?: readonly string[];
  /** For the server alone; no client gets to see it. */
  readonly meta?: Readonly<Record<string, unknown>>;
  /** By which the server API finds the connection. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Rights beyond the options of namespaces. */
  readonly capabilities?: readonly {
    readonly channels: readonly string[];
    readonly match?: "exact" | "wildcard" | "regex";
    readonly allow: readonly Right[];
  }[];
  /** Channels that the connection is subscribed to by the server, at once. */
  readonly subscriptions?: Readonly<Record<string, SubscriptionContent>>;
}

export interface SubscriptionTokenContent extends TokenContent, SubscriptionContent {
  readonly channel: string;
}

/** Where the time and the ids of tokens come from. */
export interface MintSources {
  readonly clock?: Clock;
  readonly random?: Random;
}

const TTL_SECONDS = 900;

/** A token that opens a connection. Its place is the reply to a user who is logged in, never a public configuration. */
export function mintConnectionToken(
  content: ConnectionTokenContent,
  key: SigningKey,
  sources?: MintSources,
): Promise<string> {
  const { roles, permissions, meta, labels, capabilities, subscriptions } = content;
  return mint(content, { roles, permissions, meta, labels, caps: capabilities, subs: subscriptions }, { key, sources });
}

/** A token that opens one channel for one user. */
export function mintSubscriptionToken(
  content: SubscriptionTokenContent,
  key: SigningKey,
  sources?: MintSources,
): Promise<string> {
  const { channel, data, allow } = content;
  return mint(content, { channel, data, allow }, { key, sources });
}

async function mint(
  content: TokenContent,
  more: Readonly<Record<string, unknown>>,
  { key, sources = {} }: { key: SigningKey; sources: MintSources | undefined },
): Promise<string> {
  const { clock = systemClock, random = systemRandom } = sources;
  const signing = await readSigningKey(key);
  const now = Math.floor(clock.now() / 1000);
  const claims = {
    sub: content.user,
    tenantId: content.tenant,
    info: content.info,
    ...more,
    iss: content.issuer,
    aud: content.audience,
    jti: content.id ?? random.uuid(),
    iat: now,
    exp: now + (content.ttlSeconds ?? TTL_SECONDS),
  };
  const given = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
  return new SignJWT(given).setProtectedHeader(signing.header).sign(signing.key);
}
