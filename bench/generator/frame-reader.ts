/** Takes a server's WebSocket frames (RFC 6455, section 5.2) out of chunks that are cut anywhere. */

const mostShort = 125;
const twoBytes = 126;
const opcodeBits = 0x0f;

/** What a frame is; a server that does not fragment sends no others. */
export const opcodes = { text: 1, close: 8, ping: 9 } as const;

export class FrameReader {
  readonly #onFrame: (opcode: number, payload: Buffer) => void;
  #rest: Buffer | undefined;

  constructor(onFrame: (opcode: number, payload: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  /** Hands out every frame that is complete; what it hands out is valid during the call only. */
  read(chunk: Buffer): void {
    const bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = 0;
    for (;;) {
      const start = payloadStart(bytes, at);
      if (start > bytes.length) break;
      const end = start + payloadLength(bytes, at);
      if (end > bytes.length) break;
      this.#onFrame((bytes[at] ?? 0) & opcodeBits, bytes.subarray(start, end));
      at = end;
    }
    // A copy: the chunk belongs to the socket.
    this.#rest = at < bytes.length ? Buffer.from(bytes.subarray(at)) : undefined;
  }
}

/** Beyond the end of the bytes while the header has not arrived. A server's frames have no mask. */
function payloadStart(bytes: Buffer, at: number): number {
  const short = bytes[at + 1];
  if (short === undefined) return bytes.length + 1;
  if (short <= mostShort) return at + 2;
  return short === twoBytes ? at + 4 : at + 10;
}

function payloadLength(bytes: Buffer, at: number): number {
  const short = bytes[at + 1] ?? 0;
  if (short <= mostShort) return short;
  return short === twoBytes ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
}
