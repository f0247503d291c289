import { TokenRefusal } from "./token-refusal.ts";

/** Longer tokens are refused unread: nothing that fits in a connect command needs more. */
const MAX_TOKEN_LENGTH = 16_384;
const COMPACT_FORM = /^[\w-]+\.[\w-]+\.[\w-]*$/;

export type Claims = Readonly<Record<string, unknown>>;

/** A token taken apart. Nothing in it may be believed before a `Verifier` has accepted it. */
export interface UnverifiedToken {
  readonly text: string;
  /** What the signature covers. */
  readonly signed: string;
  readonly signature: string;
  readonly algorithm: string;
  readonly keyId?: string;
  readonly claims: Claims;
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function decodeObject(segment: string, what: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(segment, "base64url").toString("utf8"));
  } catch {
    throw new TokenRefusal("invalid", `the ${what} of the token is not JSON`);
  }
  if (!isObject(value)) throw new TokenRefusal("invalid", `the ${what} of the token is not a JSON object`);
  return value;
}

/** Reads a JWT in its compact form. Throws `TokenRefusal`. */
export function parseToken(text: string): UnverifiedToken {
  if (text.length > MAX_TOKEN_LENGTH) {
    throw new TokenRefusal("invalid", `the token is longer than ${MAX_TOKEN_LENGTH} bytes`);
  }
  if (!COMPACT_FORM.test(text)) {
    throw new TokenRefusal("invalid", "the token is not three base64url parts joined by dots");
  }
  const headerEnd = text.indexOf(".");
  const payloadEnd = text.lastIndexOf(".");
  const header = decodeObject(text.slice(0, headerEnd), "header");
  if (typeof header.alg !== "string") throw new TokenRefusal("invalid", "the header of the token names no algorithm");
  if (header.kid !== undefined && typeof header.kid !== "string") {
    throw new TokenRefusal("invalid", "the key id of the token is not a string");
  }
  // An extension marked critical must be understood or refused; none is understood here.
  if (header.crit !== undefined) throw new TokenRefusal("invalid", "the token has critical header extensions");
  return {
    text,
    signed: text.slice(0, payloadEnd),
    signature: text.slice(payloadEnd + 1),
    algorithm: header.alg,
    ...(header.kid === undefined ? {} : { keyId: header.kid }),
    claims: decodeObject(text.slice(headerEnd + 1, payloadEnd), "payload"),
  };
}
