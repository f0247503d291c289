import { createPrivateKey, createSecretKey } from "node:crypto";
import { CompactSign } from "jose";
import type { CapabilityAction, Labels, Payload, SubscribeOverride } from "../hub/index.ts";
import { asymmetricAlgorithms, hmacAlgorithms } from "./keys/signature-algorithms.ts";

/** What signs a token. */
export interface SigningKey {
  /** `HS256` and so on; see `hmacAlgorithms` and `asymmetricAlgorithms`. */
  readonly algorithm: string;
  /** The secret for HMAC, else a private key in PEM form. */
  readonly key: string;
  readonly keyId?: string;
}

/** Claims of both kinds of tokens. Times in seconds since the Unix epoch. */
interface TokenContent {
  /** Empty or absent: anonymous. */
  readonly user?: string;
  /** Absent: the tenant of the key, or the default tenant for a key of the platform. */
  readonly tenant?: string;
  /** `exp` */
  readonly expiresAt?: number;
  /** `expire_at`: how long what the token opened lasts; 0 for ever. */
  readonly lastsUntil?: number;
  readonly issuedAt?: number;
  /** `jti`: by which it can be revoked. */
  readonly id?: string;
  readonly notBefore?: number;
  readonly issuer?: string;
  readonly audience?: string | readonly string[];
  /** JSON text, or bytes. */
  readonly info?: Payload;
}

/** What a subscription gets besides its channel. */
export interface SubscriptionContent {
  readonly info?: Payload;
  readonly data?: Payload;
  readonly override?: SubscribeOverride;
  /** What it opens besides what the namespace and the connection may. */
  readonly allow?: readonly CapabilityAction[];
}

export interface CapabilityContent {
  readonly channels: readonly string[];
  /** Absent: exact. */
  readonly match?: "exact" | "wildcard" | "regex";
  readonly allow: readonly CapabilityAction[];
}

export interface ConnectionTokenContent extends TokenContent {
  readonly roles?: readonly string[];
  readonly permissions?: readonly string[];
  /** A JSON object as text. */
  readonly meta?: string;
  readonly labels?: Labels;
  /** Rights beyond the options of namespaces. */
  readonly capabilities?: readonly CapabilityContent[];
  /** Server-side subscriptions. */
  readonly subscriptions?: ReadonlyMap<string, SubscriptionContent>;
}

export interface SubscriptionTokenContent extends TokenContent, SubscriptionContent {
  readonly channel: string;
}

function payloadEntry(name: "info" | "data", payload: Payload | undefined): Record<string, unknown> {
  if (payload === undefined) return {};
  if (typeof payload === "string") return { [name]: JSON.parse(payload) };
  return { [`b64${name}`]: Buffer.from(payload).toString("base64") };
}

function overrideEntry(override: SubscribeOverride | undefined): Record<string, unknown> {
  if (!override) return {};
  const wrap = (value: boolean | undefined): { value: boolean } | undefined =>
    value === undefined ? undefined : { value };
  return {
    override: {
      presence: wrap(override.presence),
      join_leave: wrap(override.joinLeave),
      force_recovery: wrap(override.forceRecovery),
      force_positioning: wrap(override.forcePositioning),
      force_push_join_leave: wrap(override.forcePushJoinLeave),
    },
  };
}

const subscriptionEntries = (content: SubscriptionContent): Record<string, unknown> => ({
  ...payloadEntry("info", content.info),
  ...payloadEntry("data", content.data),
  ...overrideEntry(content.override),
  allow: content.allow,
});

const commonEntries = (content: TokenContent): Record<string, unknown> => ({
  sub: content.user,
  tenantId: content.tenant,
  exp: content.expiresAt,
  expire_at: content.lastsUntil,
  iat: content.issuedAt,
  jti: content.id,
  nbf: content.notBefore,
  iss: content.issuer,
  aud: content.audience,
});

function sign(claims: Record<string, unknown>, { algorithm, key, keyId }: SigningKey): Promise<string> {
  if (!hmacAlgorithms.has(algorithm) && !asymmetricAlgorithms.has(algorithm)) {
    throw new Error(
      `unknown algorithm ${algorithm}: expected ${[...hmacAlgorithms.keys(), ...asymmetricAlgorithms.keys()].join(", ")}`,
    );
  }
  const secret = hmacAlgorithms.has(algorithm) ? createSecretKey(key, "utf8") : createPrivateKey(key);
  return new CompactSign(Buffer.from(JSON.stringify(claims)))
    .setProtectedHeader({ alg: algorithm, typ: "JWT", ...(keyId === undefined ? {} : { kid: keyId }) })
    .sign(secret);
}

/** Makes a token that opens a connection. */
export async function mintConnectionToken(content: ConnectionTokenContent, key: SigningKey): Promise<string> {
  const { subscriptions, meta } = content;
  const subs = subscriptions && [...subscriptions].map(([channel, entry]) => [channel, subscriptionEntries(entry)]);
  return sign(
    {
      ...commonEntries(content),
      ...payloadEntry("info", content.info),
      roles: content.roles,
      permissions: content.permissions,
      caps: content.capabilities,
      labels: content.labels,
      meta: meta === undefined ? undefined : JSON.parse(meta),
      subs: subs && Object.fromEntries(subs),
    },
    key,
  );
}

/** Makes a token that opens one channel. */
export async function mintSubscriptionToken(content: SubscriptionTokenContent, key: SigningKey): Promise<string> {
  return sign({ ...commonEntries(content), ...subscriptionEntries(content), channel: content.channel }, key);
}
