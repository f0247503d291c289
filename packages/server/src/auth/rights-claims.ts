import {
  type Capabilities,
  type Labels,
  parseCapabilities,
  parseLabels,
  RightsError,
  type TokenInfo,
} from "../hub/index.ts";
import { stringClaim, timeClaim } from "./claims.ts";
import type { Claims } from "./token.ts";
import { TokenRefusal } from "./token-refusal.ts";

/** Longer ones would make revocations large. */
const MAX_ID_LENGTH = 256;

/** A claim that the hub knows how to read; `undefined` when it is absent. */
export function readRights<T>(claims: Claims, name: string, parse: (value: unknown) => T): T | undefined {
  const value = claims[name] ?? undefined;
  if (value === undefined) return undefined;
  try {
    return parse(value);
  } catch (error) {
    if (error instanceof RightsError) throw new TokenRefusal("invalid", `the claim ${error.message}`);
    throw error;
  }
}

/** `caps`: rights beyond the options of namespaces. */
export const capabilitiesClaim = (claims: Claims): Capabilities | undefined =>
  readRights(claims, "caps", parseCapabilities);

/** `labels`: what the application calls the connection. */
export const labelsClaim = (claims: Claims): Labels | undefined => readRights(claims, "labels", parseLabels);

/** `jti` and `iat`: by what a token can be revoked. */
export function tokenClaims(claims: Claims): TokenInfo {
  const uid = stringClaim(claims, "jti") ?? "";
  if (uid.length > MAX_ID_LENGTH) {
    throw new TokenRefusal("invalid", `the claim jti must have at most ${MAX_ID_LENGTH} characters`);
  }
  return { uid, issuedAt: timeClaim(claims, "iat") ?? 0 };
}
