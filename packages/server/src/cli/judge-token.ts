import { decodeJwt, type JWTPayload } from "jose";
import { createAuthenticator } from "../auth/index.ts";
import type { Config } from "../config/schema.ts";
import { DEFAULT_TENANT_ID } from "../hub/index.ts";
import { systemClock } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";
import { toDirectoryOptions, toTokenKeys } from "../settings.ts";
import { createDirectory } from "../tenants/directory.ts";

/** What a token opens, as the server with this configuration sees it. */
export interface Judgement {
  readonly kind: "connection" | "subscription";
  readonly tenant: string;
  readonly user: string;
  readonly roles: readonly string[];
  readonly channel?: string;
  /** Seconds since the Unix epoch; 0 for never. */
  readonly expireAt: number;
}

/** Judges a token as the server would. Rejects with the reason when it would be refused. */
export async function judgeToken(config: Config, token: string, log: Log): Promise<Judgement> {
  const authenticator = createAuthenticator({
    platform: toTokenKeys(config.client.token),
    ...(config.client.subscription_token.enabled
      ? { platformSubscription: toTokenKeys(config.client.subscription_token) }
      : {}),
    tenants: new Map(config.tenants.map(({ id, token: keys }) => [id, { token: toTokenKeys(keys) }])),
    directory: createDirectory(toDirectoryOptions(config)),
    clock: systemClock,
    log,
    insecureSkipTokenSignatureVerify: config.client.insecure_skip_token_signature_verify,
    disallowAnonymousConnectionTokens: config.client.disallow_anonymous_connection_tokens,
  });
  const claims = unverifiedClaims(token);
  if (typeof claims.channel === "string") {
    const tenant = typeof claims.tenantId === "string" ? claims.tenantId : DEFAULT_TENANT_ID;
    const grant = await authenticator.subscription(token, tenant);
    return {
      kind: "subscription",
      tenant,
      user: grant.user,
      roles: [],
      channel: grant.channel,
      expireAt: grant.expireAt,
    };
  }
  const { identity, expireAt } = await authenticator.connection(token);
  return { kind: "connection", tenant: identity.tenant, user: identity.user, roles: identity.roles, expireAt };
}

function unverifiedClaims(token: string): JWTPayload {
  try {
    return decodeJwt(token);
  } catch {
    return {};
  }
}
