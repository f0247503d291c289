/** Randomness as an argument: every id, epoch and jitter of the product comes from here. */
export interface Ids {
  /** A random version 4 UUID. */
  uuid(): string;
  /** `length` random lower-case letters. */
  letters(length: number): string;
  /** A number in [0, 1). */
  fraction(): number;
}

const ALPHABET = "abcdefghijklmnopqrstuvwxyz";

function lettersFrom(fraction: () => number, length: number): string {
  let text = "";
  for (let i = 0; i < length; i++) text += ALPHABET[Math.floor(fraction() * ALPHABET.length)];
  return text;
}

export const randomIds: Ids = {
  uuid: () => crypto.randomUUID(),
  letters: (length) => lettersFrom(Math.random, length),
  fraction: () => Math.random(),
};

/** The same sequence for the same seed (mulberry32); for tests and simulations only. */
export function createSeededIds(seed: number): Ids {
  let state = seed >>> 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const hex = (digits: number): string => {
    let text = "";
    for (let i = 0; i < digits; i++) text += Math.floor(fraction() * 16).toString(16);
    return text;
  };
  return {
    fraction,
    letters: (length) => lettersFrom(fraction, length),
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
  };
}
