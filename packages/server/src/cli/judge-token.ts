import { decodeJwt, type JWTPayload } from "jose";
import { createAuthenticator } from "../auth/index.ts";
import type { Config } from "../config/schema.ts";
import { type Authenticator, DEFAULT_TENANT_ID } from "../hub/index.ts";
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

/** The authenticator that the server with this configuration has. Throws on settings that cannot work. */
export function createConfiguredAuthenticator(config: Config, log: Log): Authenticator {
  const { client, tenants } = config;
  const { token, subscription_token: separate } = client;
  return createAuthenticator({
    platform: toTokenKeys(token),
    ...(separate.enabled ? { platformSubscription: toTokenKeys(separate) } : {}),
    tenants: new Map(tenants.map(({ id, token: keys }) => [id, { token: toTokenKeys(keys) }])),
    directory: createDirectory(toDirectoryOptions(config)),
    clock: systemClock,
    log,
    insecureSkipTokenSignatureVerify: client.insecure_skip_token_signature_verify,
    disallowAnonymousConnectionTokens: client.disallow_anonymous_connection_tokens,
  });
}

/** Judges a token as the server would. Rejects with the reason when it would be refused. */
export async function judgeToken(config: Config, token: string, log: Log): Promise<Judgement> {
  const authenticator = createConfiguredAuthenticator(config, log);
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
