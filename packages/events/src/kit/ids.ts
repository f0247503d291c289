import type { Clock } from "./clock.ts";

/** Where new event ids come from; tests hand in their own. */
export interface Ids {
  next(): string;
}

const hex = (byte: number): string => byte.toString(16).padStart(2, "0");

/** UUIDs of version 7: they sort by time. `crypto.randomUUID` would be missing on pages without TLS. */
export const createIds = (clock: Clock): Ids => ({
  next() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    const now = clock.now();
    for (let i = 0; i < 6; i++) bytes[i] = Math.floor(now / 2 ** (8 * (5 - i)));
    bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
    bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
    const text = Array.from(bytes, hex).join("");
    return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
  },
});
