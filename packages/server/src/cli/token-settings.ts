import type { Config, TokenConfig } from "../config/schema.ts";

/** The settings for a kind of token, and how to call them in a message. */
export interface TokenSettings {
  readonly path: string;
  readonly settings: TokenConfig;
}

const hasKeys = (settings: TokenConfig): boolean =>
  [
    settings.hmac_secret_key,
    settings.hmac_previous_secret_key,
    settings.rsa_public_key,
    settings.ecdsa_public_key,
    settings.eddsa_public_key,
    settings.jwks_public_endpoint,
  ].some(Boolean);

/** The settings that a token of a tenant is verified with, by the rule of the authenticator. */
export function tokenSettings(config: Config, tenant: string, kind: "connection" | "subscription"): TokenSettings {
  const own = config.tenants.find(({ id }) => id === tenant)?.token;
  if (own && hasKeys(own)) return { path: `the token settings of tenant ${tenant}`, settings: own };
  const { token, subscription_token: separate } = config.client;
  return kind === "subscription" && separate.enabled
    ? { path: "client.subscription_token", settings: separate }
    : { path: "client.token", settings: token };
}
