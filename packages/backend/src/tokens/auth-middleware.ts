import {
  type CryptoKey,
  createRemoteJWKSet,
  errors,
  importSPKI,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from "jose";
import { readEnvironment } from "../config/environment.ts";
import { type Clock, systemClock } from "../kit/clock.ts";
import type { AuthContext } from "./auth-context.ts";
import { readClaims } from "./auth-context.ts";
import { mayUse } from "./channel-rights.ts";
import { isSecret } from "./signing-key.ts";

/** What verifies tokens. A bare text is a secret for HS256, HS384 and HS512. */
export type VerifyingKey =
  | string
  | { readonly algorithm: string /** SPKI in PEM. */; readonly publicKey: string }
  | { readonly jwks: string | URL; readonly algorithms?: readonly string[] };

export interface AuthMiddlewareOptions {
  /** Absent: the secret in `JWT_SECRET` of the environment. */
  readonly key?: VerifyingKey;
  readonly issuer?: string;
  readonly audience?: string;
  /**
   * The key is this tenant's own. Tokens that name another tenant, or the role `admin`, are refused then. Absent: the key is
   * the platform's, and a token that names no tenant means the tenant `default`.
   */
  readonly tenant?: string;
  /** Roles, besides `admin`, that may read `system:` channels. */
  readonly systemRoles?: readonly string[];
  readonly clock?: Clock;
}

/** The token is forged, expired, or not one that says who somebody is. */
export class AuthenticationError extends Error {
  override readonly name = "AuthenticationError";
}

/** Who is this, and may they use the channel? Nobody may anything unless a rule says so: the hub's own rules, beforehand. */
export class AuthMiddleware {
  readonly #options: AuthMiddlewareOptions;
  #key: Promise<Verification> | undefined;

  constructor(options: AuthMiddlewareOptions = {}) {
    this.#options = options;
  }

  /** Rejects with `AuthenticationError`; with another error when the keys cannot be had. */
  async authenticate(token: string): Promise<AuthContext> {
    this.#key ??= readVerifyingKey(this.#options.key);
    const { key, algorithms } = await this.#key;
    const { issuer, audience, clock = systemClock, tenant } = this.#options;
    const options: JWTVerifyOptions = { algorithms, currentDate: new Date(clock.now()) };
    if (issuer !== undefined) options.issuer = issuer;
    if (audience !== undefined) options.audience = audience;
    let payload: JWTPayload;
    try {
      ({ payload } = await jwtVerify(token, key, options));
    } catch (error) {
      if (!(error instanceof errors.JOSEError) || notTheTokens.has(error.code)) throw error;
      throw new AuthenticationError(`the token is not accepted: ${error.message}`, { cause: error });
    }
    const claims = readClaims(payload, tenant);
    if (typeof claims === "string") throw new AuthenticationError(`the token is not accepted: ${claims}`);
    return claims;
  }

  /** Whether somebody may subscribe. Names of no form that the rules know are closed to everybody. */
  async authorize(context: AuthContext, channel: string): Promise<boolean> {
    const { tenant, systemRoles = [] } = this.#options;
    return mayUse(context, channel, { platform: tenant === undefined, systemRoles });
  }
}

interface Verification {
  readonly key: JWTVerifyGetKey;
  readonly algorithms: string[];
}

const ASYMMETRIC = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];

async function readVerifyingKey(given: VerifyingKey | undefined): Promise<Verification> {
  const key = given ?? readEnvironment().jwtSecret;
  if (!key) throw new TypeError("what verifies tokens? Give `key`, or set JWT_SECRET");
  if (typeof key === "string") {
    return constant(new TextEncoder().encode(key), ["HS256", "HS384", "HS512"]);
  }
  if ("jwks" in key) {
    const algorithms = key.algorithms ?? ASYMMETRIC;
    // A public key must never pass for the secret of an HMAC.
    if (algorithms.some(isSecret)) throw new TypeError("a key set holds public keys: HS… is no algorithm for it");
    return { key: createRemoteJWKSet(new URL(key.jwks)), algorithms: [...algorithms] };
  }
  if (isSecret(key.algorithm)) throw new TypeError(`a public key cannot verify ${key.algorithm}`);
  return constant(await importSPKI(key.publicKey, key.algorithm), [key.algorithm]);
}

const constant = (key: Uint8Array | CryptoKey, algorithms: string[]): Verification => ({
  key: async () => key,
  algorithms,
});

/** Keys that could not be had say nothing of the token. */
const notTheTokens: ReadonlySet<string> = new Set(["ERR_JOSE_GENERIC", "ERR_JWKS_TIMEOUT", "ERR_JWKS_INVALID"]);
