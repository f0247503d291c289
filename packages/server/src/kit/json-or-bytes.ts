import { compactJson } from "./raw-json.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes that are JSON in UTF-8 become its text, without raw line breaks; all others stay what they are. */
export function jsonOrBytes(bytes: Uint8Array): string | Uint8Array {
  try {
    const text = utf8.decode(bytes);
    JSON.parse(text);
    return compactJson(text);
  } catch {
    return bytes;
  }
}
