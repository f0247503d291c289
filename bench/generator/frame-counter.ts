import type { Counter } from "./marker.ts";

/** Reading only the headers of a server's WebSocket frames (RFC 6455, section 5.2): what is in them stays closed. */

const longestHeader = 10;
const final = 0x80;
const control = 0x08;

/** Counts whole messages where a marker would not be found: in patches and in compressed bytes. */
export function createFrameCounter(): Counter {
  const header = Buffer.alloc(longestHeader);
  let read = 0;
  let left = 0;

  return {
    count(chunk) {
      let found = 0;
      let at = 0;
      while (at < chunk.length) {
        if (left === 0) {
          header[read++] = chunk[at++] ?? 0;
          if (read < headerLength(header, read)) continue;
          left = payloadLength(header);
        }
        const here = Math.min(left, chunk.length - at);
        left -= here;
        at += here;
        if (left > 0) continue;
        if (endsMessage(header)) found++;
        read = 0;
      }
      return found;
    },
  };
}

/** Where the first frame ends in what was heard, a character a byte; -1 while it has not arrived as a whole. */
export function endOfFrame(heard: string): number {
  const bytes = Buffer.from(heard, "latin1");
  const start = headerLength(bytes, bytes.length);
  if (bytes.length < start) return -1;
  const end = start + payloadLength(bytes);
  return bytes.length < end ? -1 : end;
}

/** At least this many bytes are needed to know the payload's length; after the second byte it is exact. */
function headerLength(header: Buffer, known: number): number {
  if (known < 2) return 2;
  const short = lengthField(header);
  if (short < 126) return 2;
  return short === 126 ? 4 : longestHeader;
}

function payloadLength(header: Buffer): number {
  const short = lengthField(header);
  if (short < 126) return short;
  return short === 126 ? header.readUInt16BE(2) : Number(header.readBigUInt64BE(2));
}

/** A server does not mask, so that the mask bit is always 0. */
function lengthField(header: Buffer): number {
  return (header[1] ?? 0) & 0x7f;
}

/** Not one of a message's earlier fragments, and not a ping, pong or close. */
function endsMessage(header: Buffer): boolean {
  const first = header[0] ?? 0;
  return (first & final) !== 0 && (first & control) === 0;
}
