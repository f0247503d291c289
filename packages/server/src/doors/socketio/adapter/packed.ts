/** Stands for bytes where only JSON travels: `{"$bytes": "<base64>"}`. */
const BYTES = "$bytes";

const isBytes = (value: unknown): value is Uint8Array | ArrayBuffer =>
  value instanceof ArrayBuffer || ArrayBuffer.isView(value);

const base64 = (value: ArrayBufferView | ArrayBuffer): string =>
  (value instanceof ArrayBuffer
    ? Buffer.from(value)
    : Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  ).toString("base64");

/** Deeper than any message; also ends what refers to itself. */
const DEPTH = 100;

export function hasBytes(value: unknown, depth = 0): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (isBytes(value)) return true;
  if (depth > DEPTH) throw new TypeError("a message is nested too deeply");
  return Object.values(value).some((each) => hasBytes(each, depth + 1));
}

/** What JSON can carry, with bytes as base64. An object that only looks like packed bytes gets one more mark. */
export function pack(value: unknown, depth = 0): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (isBytes(value)) return { [BYTES]: base64(value) };
  if (depth > DEPTH) throw new TypeError("a message is nested too deeply");
  if (Array.isArray(value)) return value.map((each) => pack(each, depth + 1));
  if ("toJSON" in value && typeof value.toJSON === "function") return pack(value.toJSON(), depth + 1);
  const entries = Object.entries(value).map(([key, each]): [string, unknown] => [key, pack(each, depth + 1)]);
  const [only] = entries;
  if (entries.length === 1 && only && /^\$+bytes$/.test(only[0])) return { [`$${only[0]}`]: only[1] };
  return Object.fromEntries(entries);
}

export function unpack(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(unpack);
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only && /^\$+bytes$/.test(only[0])) {
    const [key, content] = only;
    if (key === BYTES && typeof content === "string") return Buffer.from(content, "base64");
    return { [key.slice(1)]: unpack(content) };
  }
  return Object.fromEntries(entries.map(([key, each]): [string, unknown] => [key, unpack(each)]));
}
