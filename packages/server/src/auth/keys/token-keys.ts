/** What verifies tokens of one owner (the platform or a tenant) and what their `aud` and `iss` must be. */
export interface TokenKeys {
  /** For HS256, HS384 and HS512. */
  readonly hmacSecretKey?: string;
  /** Still accepted while a new secret is rolled out. */
  readonly hmacPreviousSecretKey?: string;
  /** Seconds since the Unix epoch; 0 or absent: no end. */
  readonly hmacPreviousSecretKeyValidUntil?: number;
  /** PEM, for RS256, RS384 and RS512. */
  readonly rsaPublicKey?: string;
  /** PEM, for ES256, ES384 or ES512, whichever fits its curve. */
  readonly ecdsaPublicKey?: string;
  /** PEM of an Ed25519 key, for EdDSA. */
  readonly eddsaPublicKey?: string;
  /** Keys come from here and all keys above are ignored. `{{name}}` stands for a named group of the expressions below. */
  readonly jwksPublicEndpoint?: string;
  readonly insecureSkipJwksEndpointSafetyCheck?: boolean;
  readonly audience?: string;
  /** The whole of one audience must match; excludes `audience`. */
  readonly audienceRegex?: string;
  readonly issuer?: string;
  /** The whole issuer must match; excludes `issuer`. */
  readonly issuerRegex?: string;
  /** The claim with the user id instead of `sub`. */
  readonly userIdClaim?: string;
}
