/** The few bytes of the WebSocket protocol (RFC 6455) that a counting client needs to say. */

/** Turns a fresh connection into a WebSocket. The key is constant: nobody checks the answer to it here. */
export function upgradeRequest(host: string, path: string, offers: readonly string[] = []): string {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: YWx0YXZvei1iZW5jaC1rZQ==",
    ...offers,
    "\r\n",
  ].join("\r\n");
}

const text = 0x81;
const binary = 0x82;

/** One masked frame, as a client must send it. The mask is a constant: it protects proxies, and there is none. */
export function maskedFrame(message: string | Buffer): Buffer {
  const payload = Buffer.from(message);
  const mask = Buffer.from([0x5a, 0x11, 0xc3, 0x78]);
  for (let i = 0; i < payload.length; i++) payload[i] = (payload[i] ?? 0) ^ (mask[i % 4] ?? 0);
  return Buffer.concat([header(typeof message === "string" ? text : binary, payload.length, 0x80), mask, payload]);
}

/** One unmasked text frame, as a server sends it: what to look for in the bytes that arrive. */
export function serverTextFrame(message: string): Buffer {
  const payload = Buffer.from(message);
  return Buffer.concat([header(text, payload.length, 0), payload]);
}

function header(kind: number, length: number, maskBit: number): Buffer {
  if (length < 126) return Buffer.from([kind, maskBit | length]);
  if (length < 65_536) return Buffer.from([kind, maskBit | 126, length >> 8, length & 0xff]);
  const long = Buffer.alloc(10);
  long[0] = kind;
  long[1] = maskBit | 127;
  long.writeBigUInt64BE(BigInt(length), 2);
  return long;
}
