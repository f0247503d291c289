import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../kit/clock.ts";
import type { UnverifiedToken } from "../token.ts";
import { hmacAlgorithms } from "./signature-algorithms.ts";
import type { TokenKeys } from "./token-keys.ts";

/** Whether a secret key signed the token. Synchronous: an HMAC costs less than a trip through WebCrypto. */
export type HmacSignature = (token: UnverifiedToken) => boolean;

function signedBy(key: KeyObject, token: UnverifiedToken): boolean {
  const digest = hmacAlgorithms.get(token.algorithm);
  if (!digest) return false;
  // Text is compared, not bytes: base64url has several spellings of the same bytes and only one is a signature.
  const expected = Buffer.from(createHmac(digest, key).update(token.signed).digest("base64url"), "latin1");
  const actual = Buffer.from(token.signature, "latin1");
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

/** `undefined` when no secret is configured. */
export function createHmacSignature(keys: TokenKeys, clock: Clock): HmacSignature | undefined {
  const current = keys.hmacSecretKey ? createSecretKey(keys.hmacSecretKey, "utf8") : undefined;
  const previous = keys.hmacPreviousSecretKey ? createSecretKey(keys.hmacPreviousSecretKey, "utf8") : undefined;
  const previousUntil = keys.hmacPreviousSecretKeyValidUntil || Number.POSITIVE_INFINITY;
  if (!current && !previous) return undefined;
  return (token) =>
    (current !== undefined && signedBy(current, token)) ||
    (previous !== undefined && clock.now() / 1_000 < previousUntil && signedBy(previous, token));
}
