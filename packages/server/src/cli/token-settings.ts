import { hasTokenKeys } from "../config/check.ts";
import type { Config, TokenConfig } from "../config/schema.ts";

/** The settings for a kind of token, and how to call them in a message. */
export interface TokenSettings {
  readonly path: string;
  readonly settings: TokenConfig;
}

/** The settings that a token of a tenant is verified with, by the rule of the authenticator. */
export function tokenSettings(config: Config, tenant: string, kind: "connection" | "subscription"): TokenSettings {
  const own = config.tenants.find(({ id }) => id === tenant)?.token;
  if (own && hasTokenKeys(own)) return { path: `the token settings of tenant ${tenant}`, settings: own };
  const { token, subscription_token: separate } = config.client;
  return kind === "subscription" && separate.enabled
    ? { path: "client.subscription_token", settings: separate }
    : { path: "client.token", settings: token };
}
