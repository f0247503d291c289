const FNV_OFFSET = 0x811c9dc5;

/**
 * A number below 2^32 that is the same for the same text and seed in every process and version, and evenly spread for
 * texts that are alike: FNV-1a over its code units, then the last mixing steps of MurmurHash3. It keeps nobody out.
 */
export function hashText(text: string, seed: number = FNV_OFFSET): number {
  let state = seed;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}
