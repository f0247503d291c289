import {
  type Authenticator,
  type ConnectionGrant,
  DEFAULT_TENANT_ID,
  type Directory,
  DisconnectError,
  disconnects,
  HubError,
  type Identity,
  type SubscriptionGrant,
} from "../hub/index.ts";
import type { Clock } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";
import {
  channelClaims,
  expireAtClaim,
  permissionClaims,
  roleClaims,
  subscriptionClaims,
  tenantClaim,
  userClaim,
} from "./claims.ts";
import { createFirebase, type FirebaseOptions } from "./firebase.ts";
import type { TokenKeys } from "./keys/token-keys.ts";
import { metaClaim, payloadClaim } from "./payload-claim.ts";
import { capabilitiesClaim, labelsClaim, tokenClaims } from "./rights-claims.ts";
import { readSubscribeClaims } from "./subscribe-claims.ts";
import { createTenantKeys, type KeyOwner } from "./tenant-keys.ts";
import { type Claims, parseToken, type UnverifiedToken } from "./token.ts";
import { TokenRefusal } from "./token-refusal.ts";
import { createVerifiedTokens } from "./verified-tokens.ts";
import { createVerifier, type Verifier } from "./verifier.ts";

export interface AuthenticatorOptions {
  readonly platform: TokenKeys;
  /** Keys of the platform for subscription tokens, when they are not those of connection tokens. */
  readonly platformSubscription?: TokenKeys;
  readonly tenants: ReadonlyMap<string, { readonly token?: TokenKeys }>;
  /** Also accepts what this project of Firebase signs. */
  readonly firebase?: FirebaseOptions;
  readonly directory: Pick<Directory, "tenant">;
  readonly clock: Clock;
  readonly log: Log;
  /** For development only: whoever connects is who he says. */
  readonly insecureSkipTokenSignatureVerify?: boolean;
  /** Refuses connection tokens without a user id. */
  readonly disallowAnonymousConnectionTokens?: boolean;
  /** Tokens with a public-key signature that are not verified again; 10,000 unless told. */
  readonly verifiedTokens?: number;
}

export interface TokenAuthenticator extends Authenticator {
  /** Verifies every token anew from now on. */
  forget(): void;
  /** The same for the tokens of one tenant. */
  forgetTenant(id: string): void;
}

/** The role that only a key of the platform can give. */
const ADMIN_ROLE = "admin";

/** The tenant that a token acts for. A key of a tenant speaks for that tenant alone. */
function actingTenant(claims: Claims, owner: KeyOwner): string {
  const named = tenantClaim(claims);
  if (owner.tenant === undefined) return named ?? DEFAULT_TENANT_ID;
  if (named !== undefined && named !== owner.tenant) {
    throw new TokenRefusal("invalid", "the key of a tenant cannot sign for another tenant");
  }
  return owner.tenant;
}

function readIdentity(claims: Claims, owner: KeyOwner, tenant: string): Identity {
  const roles = rolesOf(claims, owner);
  if (owner.tenant !== undefined && roles.includes(ADMIN_ROLE)) {
    throw new TokenRefusal("invalid", `the key of a tenant cannot give the role ${ADMIN_ROLE}`);
  }
  return {
    tenant,
    platform: owner.tenant === undefined,
    user: userClaim(claims, owner.verifier.userIdClaim),
    roles,
    permissions: permissionClaims(claims),
  };
}

/** Whoever names a tenant has his role there, not with the operator. */
function rolesOf(claims: Claims, { adminRole }: KeyOwner): readonly string[] {
  const roles = roleClaims(claims);
  if (adminRole === undefined) return roles;
  const isOperator = adminRole !== "" && roles.includes(adminRole) && tenantClaim(claims) === undefined;
  return [...roles.filter((role) => role !== ADMIN_ROLE), ...(isOperator ? [ADMIN_ROLE] : [])];
}

function readConnection(claims: Claims, identity: Identity): ConnectionGrant {
  if ((claims.channel ?? undefined) !== undefined) {
    throw new TokenRefusal(
      "invalid",
      "a connection token must not have the claim channel: this is a subscription token",
    );
  }
  const info = payloadClaim(claims, "info");
  const meta = metaClaim(claims);
  const capabilities = capabilitiesClaim(claims);
  const labels = labelsClaim(claims);
  return {
    identity,
    expireAt: expireAtClaim(claims),
    ...(info === undefined ? {} : { info }),
    ...(meta === undefined ? {} : { meta }),
    ...(capabilities ? { capabilities } : {}),
    ...(labels ? { labels } : {}),
    token: tokenClaims(claims),
    subscriptions: subscriptionClaims(claims),
  };
}

/** Whoever of the owners signed it. A tenant's own key is asked first; a key of the platform may speak for any tenant. */
async function verify(
  token: UnverifiedToken,
  owners: readonly (KeyOwner | undefined)[],
): Promise<{ owner: KeyOwner; tenant: string }> {
  let refusal: unknown;
  for (const owner of owners) {
    if (!owner) continue;
    try {
      const tenant = actingTenant(token.claims, owner);
      await owner.verifier.verify(token, tenant);
      return { owner, tenant };
    } catch (error) {
      if (!(error instanceof TokenRefusal && error.kind === "invalid")) throw error;
      refusal ??= error;
    }
  }
  throw refusal;
}

const connectionRefusals = { invalid: disconnects.invalidToken, anonymous: disconnects.permissionDenied } as const;

/** Verifies connection and subscription tokens. Throws on settings that cannot work. */
export function createAuthenticator(options: AuthenticatorOptions): TokenAuthenticator {
  const { clock, log, directory } = options;
  const verified = createVerifiedTokens({ limit: options.verifiedTokens ?? 10_000 });
  const skipSignature = options.insecureSkipTokenSignatureVerify ?? false;
  if (skipSignature) log.warn("token signatures are not verified: anyone can connect as anyone");

  const verifier = (keys: TokenKeys, where: string): Verifier =>
    createVerifier(keys, { where, clock, log, verified, skipSignature });
  const platform: KeyOwner = { verifier: verifier(options.platform, "client.token") };
  const platformSubscription: KeyOwner = options.platformSubscription
    ? { verifier: verifier(options.platformSubscription, "client.subscription_token") }
    : platform;
  const tenantKeys = createTenantKeys({
    platform: options.platform,
    tenants: options.tenants,
    createVerifier: verifier,
  });

  const firebase = options.firebase && createFirebase(options.firebase, verifier);

  /** A defect of ours must not look like a bad token, and must not reach the client. */
  function unexpected(error: unknown): HubError {
    log.error("cannot judge a token", { error: error instanceof Error ? error.message : String(error) });
    return new HubError("internal");
  }

  async function connection(text: string): Promise<ConnectionGrant> {
    const token = parseToken(text);
    const owners = firebase?.claims(token) ? [firebase.owner] : [tenantKeys.hinted(token), platform];
    const { owner, tenant } = await verify(token, owners);
    if (!directory.tenant(tenant)) throw new TokenRefusal("invalid", "the token names a tenant that does not exist");
    const identity = readIdentity(token.claims, owner, tenant);
    if (identity.user === "" && options.disallowAnonymousConnectionTokens) {
      throw new TokenRefusal("anonymous", "the token names no user");
    }
    return readConnection(token.claims, identity);
  }

  async function subscription(text: string, tenant: string): Promise<SubscriptionGrant> {
    const token = parseToken(text);
    const verified = await verify(token, [tenantKeys.of(tenant), platformSubscription]);
    const { owner } = verified;
    if (verified.tenant !== tenant) {
      // Two tenants may both have a user "42" and a channel "news".
      throw new TokenRefusal("invalid", "the token is for another tenant than the connection (claim tenantId)");
    }
    return {
      ...readSubscribeClaims(token.claims, expireAtClaim(token.claims)),
      ...channelClaims(token.claims),
      token: tokenClaims(token.claims),
      user: userClaim(token.claims, owner.verifier.userIdClaim),
    };
  }

  return {
    async connection(token) {
      try {
        return await connection(token);
      } catch (error) {
        if (!(error instanceof TokenRefusal)) throw unexpected(error);
        if (error.kind === "expired") throw new HubError("tokenExpired");
        if (error.kind === "unavailable") throw new HubError("internal");
        throw new DisconnectError(connectionRefusals[error.kind], error.message);
      }
    },
    async subscription(token, tenant) {
      try {
        return await subscription(token, tenant);
      } catch (error) {
        if (!(error instanceof TokenRefusal)) throw unexpected(error);
        if (error.kind === "expired") throw new HubError("tokenExpired");
        if (error.kind === "unavailable") throw new HubError("internal");
        throw new HubError("permissionDenied", error.message);
      }
    },
    forget: () => verified.forget(),
    forgetTenant: (id) => verified.forgetTenant(id),
  };
}
