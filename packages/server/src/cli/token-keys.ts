import type { TokenKeys } from "../auth/index.ts";
import type { Config, TokenConfig } from "../config/schema.ts";

/** Keys and rules for tokens as the authenticator wants them. Empty texts mean "not set" to both. */
export const toTokenKeys = (token: TokenConfig): TokenKeys => ({
  hmacSecretKey: token.hmac_secret_key,
  hmacPreviousSecretKey: token.hmac_previous_secret_key,
  hmacPreviousSecretKeyValidUntil: token.hmac_previous_secret_key_valid_until,
  rsaPublicKey: token.rsa_public_key,
  ecdsaPublicKey: token.ecdsa_public_key,
  eddsaPublicKey: token.eddsa_public_key,
  jwksPublicEndpoint: token.jwks_public_endpoint,
  insecureSkipJwksEndpointSafetyCheck: token.insecure_skip_jwks_endpoint_safety_check,
  audience: token.audience,
  audienceRegex: token.audience_regex,
  issuer: token.issuer,
  issuerRegex: token.issuer_regex,
  userIdClaim: token.user_id_claim,
});

/** Where the secret for a token stands in the configuration. */
export interface TokenSettings {
  readonly path: string;
  readonly settings: TokenConfig;
}

/** The settings that a token of a tenant is verified with, by the rule of the authenticator. */
export function tokenSettings(config: Config, tenant: string, kind: "connection" | "subscription"): TokenSettings {
  const own = config.tenants.find(({ id }) => id === tenant)?.token;
  if (
    own &&
    (own.hmac_secret_key ||
      own.rsa_public_key ||
      own.ecdsa_public_key ||
      own.eddsa_public_key ||
      own.jwks_public_endpoint)
  ) {
    return { path: `the token settings of tenant ${tenant}`, settings: own };
  }
  const { token, subscription_token: subscription } = config.client;
  if (kind === "subscription" && subscription.enabled)
    return { path: "client.subscription_token", settings: subscription };
  return { path: "client.token", settings: token };
}
