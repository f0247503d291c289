/** What was read is not what was promised: too short, or a number too large. */
export class MalformedBytes extends Error {}

const MOST_COUNT_BYTES = 5;

/** Numbers, texts and bytes, one after the other. */
export class BytesWriter {
  #buffer: Buffer = Buffer.allocUnsafe(256);
  #length = 0;

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  /** A whole number below 2^32 in as few bytes as it needs. */
  count(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** With its length in front. */
  text(value: string | Uint8Array): void {
    this.count(typeof value === "string" ? Buffer.byteLength(value) : value.byteLength);
    this.rest(value);
  }

  /** Up to the end, so that the length needs no telling. */
  rest(value: string | Uint8Array): void {
    if (typeof value === "string") {
      this.#reserve(Buffer.byteLength(value));
      this.#length += this.#buffer.write(value, this.#length);
    } else {
      this.#reserve(value.byteLength);
      this.#buffer.set(value, this.#length);
      this.#length += value.byteLength;
    }
  }

  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#buffer.length));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

/** Reads what `BytesWriter` has written; throws `MalformedBytes`. */
export class BytesReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw new MalformedBytes();
    return value;
  }

  count(): number {
    let value = 0;
    for (let place = 0; place < MOST_COUNT_BYTES; place++) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** (7 * place);
      if (byte < 0x80) return value;
    }
    throw new MalformedBytes();
  }

  /** Eight bytes, the most significant one first. */
  long(): number {
    const bytes = this.#take(8);
    const value = bytes.readUInt32BE(0) * 2 ** 32 + bytes.readUInt32BE(4);
    if (!Number.isSafeInteger(value)) throw new MalformedBytes();
    return value;
  }

  text(): string {
    return this.bytes().toString();
  }

  bytes(): Buffer {
    return this.#take(this.count());
  }

  rest(): Buffer {
    return this.#bytes.subarray(this.#at);
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new MalformedBytes();
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}
