import { constants, deflateRawSync } from "node:zlib";
import type { Frame } from "../../hub/ports/outlet.ts";

const FINAL_TEXT = 0x81;
const FINAL_BINARY = 0x82;
const COMPRESSED = 0x40;

/** A whole WebSocket message from a server (RFC 6455, section 5.2): one final frame, not masked. */
export function encodeWebSocketFrame(frame: Frame): Buffer {
  return typeof frame === "string"
    ? encode(FINAL_TEXT, frame, Buffer.byteLength(frame))
    : encode(FINAL_BINARY, frame, frame.length);
}

/** The end of what a compressor writes out, which the receiver adds by itself (RFC 7692, section 7.2.1). */
const FLUSH_BYTES = 4;

/** The same, compressed by itself, so that it means the same to every receiver; plain when that is not shorter. */
export function encodeDeflatedFrame(frame: Frame, level: number): Buffer {
  const deflated = deflateRawSync(frame, { finishFlush: constants.Z_SYNC_FLUSH, level });
  const body = deflated.subarray(0, -FLUSH_BYTES);
  if (body.length >= frame.length) return encodeWebSocketFrame(frame);
  return encode((typeof frame === "string" ? FINAL_TEXT : FINAL_BINARY) | COMPRESSED, body, body.length);
}

function encode(firstByte: number, frame: Frame, length: number): Buffer {
  const start = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const bytes = Buffer.allocUnsafe(start + length);
  bytes[0] = firstByte;
  if (start === 2) bytes[1] = length;
  else if (start === 4) {
    bytes[1] = 126;
    bytes.writeUInt16BE(length, 2);
  } else {
    bytes[1] = 127;
    bytes.writeBigUInt64BE(BigInt(length), 2);
  }
  if (typeof frame === "string") bytes.write(frame, start);
  else bytes.set(frame, start);
  return bytes;
}
