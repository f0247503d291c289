import { compactVerify } from "jose";
import type { Clock } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";
import { createClaimRules, type Variables } from "./claim-rules.ts";
import { timeClaim } from "./claims.ts";
import { createHmacSignature } from "./keys/hmac-signature.ts";
import { createPublicKeys } from "./keys/public-keys.ts";
import { hmacAlgorithms } from "./keys/signature-algorithms.ts";
import type { TokenKeys } from "./keys/token-keys.ts";
import type { UnverifiedToken } from "./token.ts";
import { TokenRefusal } from "./token-refusal.ts";
import type { VerifiedTokens } from "./verified-tokens.ts";

export interface VerifierOptions {
  /** Names the settings in errors, such as `client.token`; no two verifiers share it. */
  readonly where: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly verified: VerifiedTokens;
  readonly skipSignature: boolean;
}

/** Decides whether the owner of some keys made a token: signature, `aud` and `iss`, `exp` and `nbf`. */
export interface Verifier {
  /** The claim with the user id, when it is not the usual one. */
  readonly userIdClaim: string | undefined;
  /**
   * Throws or rejects with `TokenRefusal`. Returns nothing when the answer is known at once, which spares the common
   * HMAC token a turn of the event loop. `tenant` is whom the token will act for.
   */
  verify(token: UnverifiedToken, tenant: string): Promise<void> | undefined;
}

function checkTimes({ claims }: UnverifiedToken, now: number): void {
  const expiresAt = timeClaim(claims, "exp");
  const notBefore = timeClaim(claims, "nbf");
  timeClaim(claims, "iat");
  if (expiresAt !== undefined && now >= expiresAt) throw new TokenRefusal("expired", "the token has expired (exp)");
  // Clocks differ a little: a client that asks for a new token soon holds one that is valid.
  if (notBefore !== undefined && now < notBefore) throw new TokenRefusal("expired", "the token is not valid yet (nbf)");
}

function checkSpelling({ signature }: UnverifiedToken): void {
  if (Buffer.from(signature, "base64url").toString("base64url") !== signature) {
    throw new TokenRefusal("invalid", "the signature of the token is not canonical base64url");
  }
}

/** Throws when the keys or the rules contradict each other. */
export function createVerifier(keys: TokenKeys, options: VerifierOptions): Verifier {
  const { where, clock, verified } = options;
  if (keys.userIdClaim && !/^[A-Za-z_]+$/.test(keys.userIdClaim)) {
    throw new Error(`${where}.user_id_claim: expected letters and underscores only`);
  }
  const rules = createClaimRules(keys, where);
  const publicKeys = createPublicKeys(keys, options);
  const hmac = keys.jwksPublicEndpoint ? undefined : createHmacSignature(keys, clock);
  const seconds = (): number => clock.now() / 1_000;

  function checkHmac(token: UnverifiedToken): void {
    if (!hmac) throw new TokenRefusal("invalid", "no key is configured for the algorithm of the token");
    if (!hmac(token)) throw new TokenRefusal("invalid", "the signature of the token is wrong");
  }

  async function checkPublic(token: UnverifiedToken, variables: Variables, tenant: string): Promise<void> {
    checkSpelling(token);
    const key = await publicKeys(token, variables);
    try {
      await compactVerify(token.text, key, { algorithms: [token.algorithm] });
    } catch {
      throw new TokenRefusal("invalid", "the signature of the token is wrong, or its key does not fit its algorithm");
    }
    checkTimes(token, seconds());
    verified.add(where, token.text, { now: seconds(), expiresAt: timeClaim(token.claims, "exp"), tenant });
  }

  return {
    userIdClaim: keys.userIdClaim || undefined,
    verify(token, tenant) {
      const variables = rules(token.claims);
      const isHmac = hmacAlgorithms.has(token.algorithm);
      if (!options.skipSignature) {
        if (isHmac) checkHmac(token);
        else if (!verified.has(where, token.text, seconds())) return checkPublic(token, variables, tenant);
      }
      checkTimes(token, seconds());
      return undefined;
    },
  };
}
