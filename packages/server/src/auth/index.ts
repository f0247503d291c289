/** Who is this? Tokens of clients and keys of backends. */

export { type ApiKey, type ApiKeysOptions, createApiKeys } from "./api-keys.ts";
export { type AuthenticatorOptions, createAuthenticator, type TokenAuthenticator } from "./authenticator.ts";
export type { FirebaseOptions } from "./firebase.ts";
export type { TokenKeys } from "./keys/token-keys.ts";
export {
  type ConnectionTokenContent,
  mintConnectionToken,
  mintSubscriptionToken,
  type SigningKey,
  type SubscriptionContent,
  type SubscriptionTokenContent,
} from "./mint.ts";
