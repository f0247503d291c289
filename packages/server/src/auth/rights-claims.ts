import { type Capabilities, type Labels, parseCapabilities, parseLabels, type TokenInfo } from "../hub/index.ts";
import { stringClaim, timeClaim } from "./claims.ts";
import { parsedClaim } from "./parsed-claim.ts";
import type { Claims } from "./token.ts";
import { TokenRefusal } from "./token-refusal.ts";

/** Longer ones would make revocations large. */
const MAX_ID_LENGTH = 256;

/** `caps`: rights beyond the options of namespaces. */
export const capabilitiesClaim = (claims: Claims): Capabilities | undefined =>
  parsedClaim(claims, "caps", parseCapabilities);

/** `labels`: what the application calls the connection. */
export const labelsClaim = (claims: Claims): Labels | undefined => parsedClaim(claims, "labels", parseLabels);

/** `jti` and `iat`: by what a token can be revoked. */
export function tokenClaims(claims: Claims): TokenInfo {
  const uid = stringClaim(claims, "jti") ?? "";
  if (uid.length > MAX_ID_LENGTH) {
    throw new TokenRefusal("invalid", `the claim jti must have at most ${MAX_ID_LENGTH} characters`);
  }
  return { uid, issuedAt: timeClaim(claims, "iat") ?? 0 };
}
