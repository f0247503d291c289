import type { Payload } from "../hub/index.ts";
import { jsonOrBytes } from "../kit/json-or-bytes.ts";
import { isObject } from "./token.ts";
import { TokenRefusal } from "./token-refusal.ts";

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** The value as JSON text on one line. Numbers beyond double precision lose digits, as they do in every browser. */
function jsonText(value: unknown, name: string): string {
  try {
    return JSON.stringify(value);
  } catch {
    throw new TokenRefusal("invalid", `the claim ${name} is nested too deeply`);
  }
}

function fromBase64(value: unknown, name: string): Payload {
  if (typeof value !== "string" || !BASE64.test(value)) {
    throw new TokenRefusal("invalid", `the claim ${name} must be a base64 string`);
  }
  return jsonOrBytes(new Uint8Array(Buffer.from(value, "base64")));
}

/** `info` or `b64info`, `data` or `b64data`: the binary one wins when it is not empty. */
export function payloadClaim(claims: Readonly<Record<string, unknown>>, name: "info" | "data"): Payload | undefined {
  const binary = claims[`b64${name}`] ?? "";
  if (binary !== "") return fromBase64(binary, `b64${name}`);
  const value = claims[name];
  return value === undefined ? undefined : jsonText(value, name);
}

/** `meta`: an object or nothing. */
export function metaClaim(claims: Readonly<Record<string, unknown>>): string | undefined {
  const meta = claims.meta ?? undefined;
  if (meta === undefined) return undefined;
  if (!isObject(meta)) throw new TokenRefusal("invalid", "the claim meta must be a JSON object");
  return jsonText(meta, "meta");
}
