/**
 * Every publication of the bench carries this marker once, at the start of its payload. Its first byte occurs nowhere
 * else in it, so that a search never has to step back.
 */
const marker: Uint8Array = new TextEncoder().encode("~marker:");
const firstByte = 0x7e;

/** The shortest payload: the marker and what JSON needs around it. */
export const smallestPayload = 24;

/** The JSON text of one payload of exactly `bytes` bytes with one marker in it. */
export function createPayload(bytes: number): string {
  if (bytes < smallestPayload) throw new RangeError(`a payload needs at least ${smallestPayload} bytes, got ${bytes}`);
  const empty = '{"m":"~marker:"}'.length;
  return `{"m":"~marker:${"x".repeat(bytes - empty)}"}`;
}

/**
 * Payloads of exactly `bytes` bytes as a live feed has them: a record of many fields, most of which stay as they were.
 * One marker each, as in `createPayload`.
 */
export function createFeed(bytes: number, count: number): string[] {
  return Array.from({ length: count }, (_, n) => {
    const changing = {
      at: 1_700_000_000_000 + n * 250,
      price: 1_000 + ((n * 37) % 100),
      bid: 10_000 + ((n * 53) % 1_000),
    };
    const record: Record<string, unknown> = { m: "~marker:", ...changing };
    const lengthWith = (name: string, value: string) => JSON.stringify({ ...record, [name]: value }).length;
    let field = 0;
    while (lengthWith(`field${field + 1}`, fieldText(field + 1)) + shortestField < bytes) {
      field++;
      record[`field${field}`] = fieldText(field);
    }
    return JSON.stringify({ ...record, rest: "x".repeat(bytes - lengthWith("rest", "")) });
  });
}

const shortestField = '"rest":"",'.length;

/** Differs from field to field, so that a compressor has something to do. */
function fieldText(field: number): string {
  return ((field * 2_654_435_761) >>> 0).toString(36);
}

/** Counts the publications in one byte stream that arrives in chunks cut anywhere. */
export interface Counter {
  /** How many were completed by this chunk. */
  count(chunk: Buffer): number;
}

/**
 * `spacing` is the least distance of two markers: the payload size. The counter jumps over it instead of reading what
 * lies between. Once it knows the distance of two neighbours it looks there first; a distance below twice the spacing
 * leaves no room for a third marker.
 */
export function createMarkerCounter(spacing: number): Counter {
  let matched = 0;
  let stride = 0;

  return {
    count(chunk) {
      let found = 0;
      let from = 0;
      if (matched > 0) {
        const needed = marker.length - matched;
        const here = Math.min(needed, chunk.length);
        if (!matches(chunk, 0, marker.subarray(matched, matched + here))) {
          matched = 0;
        } else if (here < needed) {
          matched += here;
          return 0;
        } else {
          matched = 0;
          found = 1;
          from = here;
        }
      }
      let at = chunk.indexOf(marker, from);
      while (at >= 0) {
        found++;
        from = at + marker.length;
        if (stride > 0 && matches(chunk, at + stride, marker)) {
          at += stride;
          continue;
        }
        const next = chunk.indexOf(marker, at + spacing);
        stride = next >= 0 && next - at < 2 * spacing ? next - at : 0;
        at = next;
      }
      matched = unfinished(chunk, from);
      return found;
    },
  };
}

/** Whether the chunk has these bytes at `at`. Beyond its end nothing matches. */
function matches(chunk: Buffer, at: number, bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (chunk[at + i] !== bytes[i]) return false;
  return true;
}

/** How many bytes at the end of the chunk, not before `from`, are the beginning of a marker. */
function unfinished(chunk: Buffer, from: number): number {
  const earliest = Math.max(from, chunk.length - marker.length + 1);
  for (let at = earliest; at < chunk.length; at++) {
    if (chunk[at] === firstByte && matches(chunk, at, marker.subarray(0, chunk.length - at))) return chunk.length - at;
  }
  return 0;
}
