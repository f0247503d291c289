import { createDelta } from "fossil-delta";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

const bytesOf = (data: string | Uint8Array): Uint8Array => (typeof data === "string" ? encoder.encode(data) : data);

/**
 * The fossil delta from `before` to `after`, as text where it is text (a patch can cut a character in two), or
 * `undefined` when it is not shorter than `after` itself.
 */
export function createPatch(before: string | Uint8Array, after: string | Uint8Array): string | Uint8Array | undefined {
  const target = bytesOf(after);
  const patch = createDelta(bytesOf(before), target);
  if (patch.length >= target.length) return undefined;
  const bytes = Uint8Array.from(patch);
  try {
    return decoder.decode(bytes);
  } catch {
    return bytes;
  }
}
