/** Options of several transports that mean the same everywhere. */

export const gzip = {
  type: "bool",
  default: false,
  about: "Send gzip to clients that accept it; what many are sent alike is compressed once, the rest at 20 µs a write.",
} as const;

export const deflate = {
  type: "bool",
  default: false,
  about: "Compress for clients that offer permessage-deflate; on Bun a delivery then costs 40 times the CPU.",
} as const;

export const deflateMinSize = {
  type: "int",
  default: 64,
  about: "Shorter messages leave as they are; in bytes, of text in characters.",
} as const;

export const deflateLevel = {
  type: "int",
  default: 1,
  min: -1,
  max: 9,
  about: "From 1, the fastest, to 9; -1 for zlib's own choice. Bun has a level of its own and ignores this.",
} as const;
