import { constants, crc32, deflateRawSync } from "node:zlib";
import type { Headers, Stream } from "../hub/ports/listener.ts";
import { acceptsEncoding } from "../kit/http/accepts-encoding.ts";

/** Magic, deflate, no flags, no time, unknown system (RFC 1952, section 2.3). */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);
/** An empty last block, before the checksum and the length. */
const LAST_BLOCK = Uint8Array.of(3, 0);
/** How far back a piece may refer: the most that one stream keeps in memory. */
const WINDOW_BITS = 13;
const WINDOW_BYTES = 2 ** WINDOW_BITS;
const LARGEST_CHUNK_BYTES = 65_536;
const NOTHING = new Uint8Array();

/** A shorter piece, such as a ping, leaves as it is: it would not shrink. */
const MIN_DEFLATED_BYTES = 32;

/** What streams that write the same bytes share. */
interface Shared {
  /** What the client will have of these bytes in its window. */
  readonly tail: Uint8Array;
  /** These bytes compressed, by what the client had in its window before. */
  readonly pieces: WeakMap<Uint8Array, Uint8Array>;
}

const sharedBy = new WeakMap<Uint8Array, Shared>();

/**
 * The gzip coding of one endless response. No compressor stays open: each piece is compressed by itself, with the piece
 * before as its dictionary, and ends on a byte, so the client can read it at once. Streams that were sent the same two
 * pieces, however different their pasts, share the result.
 */
export class GzipStream {
  #tail: Uint8Array = NOTHING;
  #checksum = 0;
  #length = 0;
  #begun = false;

  /** What to send for the next bytes. */
  write(bytes: Uint8Array): Uint8Array {
    this.#checksum = crc32(bytes, this.#checksum);
    this.#length += bytes.length;
    const shared = sharedOf(bytes);
    let piece = shared.pieces.get(this.#tail);
    if (!piece) {
      piece = bytes.length < MIN_DEFLATED_BYTES ? stored(bytes) : deflated(bytes, this.#tail);
      shared.pieces.set(this.#tail, piece);
    }
    this.#tail = shared.tail;
    return this.#begin(piece);
  }

  /** What to send when no more bytes follow. */
  end(): Uint8Array {
    const trailer = Buffer.alloc(LAST_BLOCK.length + 8);
    trailer.set(LAST_BLOCK);
    trailer.writeUInt32LE(this.#checksum, LAST_BLOCK.length);
    trailer.writeUInt32LE(this.#length >>> 0, LAST_BLOCK.length + 4);
    return this.#begin(trailer);
  }

  #begin(piece: Uint8Array): Uint8Array {
    if (this.#begun) return piece;
    this.#begun = true;
    return Buffer.concat([HEADER, piece]);
  }
}

function sharedOf(bytes: Uint8Array): Shared {
  const known = sharedBy.get(bytes);
  if (known) return known;
  const shared: Shared = { tail: tailOf(bytes), pieces: new WeakMap() };
  sharedBy.set(bytes, shared);
  return shared;
}

function tailOf(bytes: Uint8Array): Uint8Array {
  // The next piece refers to nothing then, and is the same for every stream that was sent some ping.
  if (bytes.length < MIN_DEFLATED_BYTES) return NOTHING;
  // A copy: a part would keep the whole in memory.
  return bytes.length > WINDOW_BYTES ? Uint8Array.from(bytes.subarray(-WINDOW_BYTES)) : bytes;
}

function deflated(bytes: Uint8Array, dictionary: Uint8Array): Uint8Array {
  return deflateRawSync(bytes, {
    level: constants.Z_BEST_SPEED,
    windowBits: WINDOW_BITS,
    memLevel: WINDOW_BITS - 7,
    finishFlush: constants.Z_SYNC_FLUSH,
    // The result would be a part of a buffer of 16 kB, and keep the whole in memory.
    chunkSize: Math.min(bytes.length + 64, LARGEST_CHUNK_BYTES),
    ...(dictionary.length > 0 ? { dictionary } : {}),
  });
}

/** A block that is not compressed (RFC 1951, section 3.2.4). */
function stored(bytes: Uint8Array): Uint8Array {
  const block = Buffer.allocUnsafe(5 + bytes.length);
  block[0] = 0;
  block.writeUInt16LE(bytes.length, 1);
  block.writeUInt16LE(bytes.length ^ 0xffff, 3);
  block.set(bytes, 5);
  return block;
}

/** How a response is written: as it is, or through `gzip`. */
export interface StreamCoding {
  readonly headers: Headers;
  readonly gzip: GzipStream | undefined;
}

/** Chooses for a client that sent this `Accept-Encoding`. */
export function chooseCoding(
  { compress = false, headers = {} }: Stream,
  acceptEncoding: string | undefined,
): StreamCoding {
  if (!compress) return { headers, gzip: undefined };
  const entries = Object.entries(headers);
  const isVary = ([name]: [string, string]): boolean => name.toLowerCase() === "vary";
  const vary = [...entries.filter(isVary).map(([, names]) => names), "accept-encoding"].join(", ");
  const varied = { ...Object.fromEntries(entries.filter((entry) => !isVary(entry))), vary };
  if (!acceptsEncoding(acceptEncoding, "gzip")) return { headers: varied, gzip: undefined };
  return { headers: { ...varied, "content-encoding": "gzip" }, gzip: new GzipStream() };
}
