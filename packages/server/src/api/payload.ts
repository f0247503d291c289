import type { Payload } from "../hub/index.ts";
import { jsonOrBytes } from "../kit/json-or-bytes.ts";
import { base64, optional, type Shape } from "./shape.ts";

export const bytes: Shape<Uint8Array | undefined> = optional(base64);

/** What a pair of members such as `data` and `b64data` says. Bytes that are JSON count as JSON: JSON clients can read them. */
export function payloadOf(written: string | undefined, encoded: Uint8Array | undefined): Payload | undefined {
  return encoded && encoded.length > 0 ? jsonOrBytes(encoded) : written;
}
