/** The few bytes of the WebSocket protocol (RFC 6455) that a counting client needs to say. */

/** Turns a fresh connection into a WebSocket. The key is constant: nobody checks the answer to it here. */
export function upgradeRequest(host: string, path: string): string {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: YWx0YXZvei1iZW5jaC1rZQ==",
    "\r\n",
  ].join("\r\n");
}

/** One masked text frame, as a client must send it. The mask is a constant: it protects proxies, and there is none. */
export function maskedTextFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const mask = Buffer.from([0x5a, 0x11, 0xc3, 0x78]);
  for (let i = 0; i < payload.length; i++) payload[i] = (payload[i] ?? 0) ^ (mask[i % 4] ?? 0);
  return Buffer.concat([header(payload.length, 0x80), mask, payload]);
}

/** One unmasked text frame, as a server sends it: what to look for in the bytes that arrive. */
export function serverTextFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  return Buffer.concat([header(payload.length, 0), payload]);
}

function header(length: number, maskBit: number): Buffer {
  if (length < 126) return Buffer.from([0x81, maskBit | length]);
  if (length < 65_536) return Buffer.from([0x81, maskBit | 126, length >> 8, length & 0xff]);
  const long = Buffer.alloc(10);
  long[0] = 0x81;
  long[1] = maskBit | 127;
  long.writeBigUInt64BE(BigInt(length), 2);
  return long;
}
