import type { Frame } from "../../hub/ports/outlet.ts";

const FINAL_TEXT = 0x81;
const FINAL_BINARY = 0x82;

/** A whole WebSocket message from a server (RFC 6455, section 5.2): one final frame, not masked. */
export function encodeWebSocketFrame(frame: Frame): Buffer {
  const isText = typeof frame === "string";
  const length = isText ? Buffer.byteLength(frame) : frame.length;
  const start = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const bytes = Buffer.allocUnsafe(start + length);
  bytes[0] = isText ? FINAL_TEXT : FINAL_BINARY;
  if (start === 2) bytes[1] = length;
  else if (start === 4) {
    bytes[1] = 126;
    bytes.writeUInt16BE(length, 2);
  } else {
    bytes[1] = 127;
    bytes.writeBigUInt64BE(BigInt(length), 2);
  }
  if (isText) bytes.write(frame, start);
  else bytes.set(frame, start);
  return bytes;
}
