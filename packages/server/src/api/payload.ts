import type { Payload } from "../hub/index.ts";
import { compactJson } from "../kit/raw-json.ts";
import { base64, optional, type Shape } from "./shape.ts";

export const bytes: Shape<Uint8Array | undefined> = optional(base64);

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What a pair of members such as `data` and `b64data` says. Bytes that are JSON count as JSON: JSON clients can read them. */
export function payloadOf(written: string | undefined, encoded: Uint8Array | undefined): Payload | undefined {
  if (!encoded || encoded.length === 0) return written;
  try {
    const decoded = utf8.decode(encoded);
    JSON.parse(decoded);
    return compactJson(decoded);
  } catch {
    return encoded;
  }
}
