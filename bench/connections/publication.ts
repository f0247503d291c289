/**
 * What is published while connections are counted: a text of fixed length with a marker and the moment at which it was
 * sent, so that a subscriber finds moment and offset without reading what is around them.
 */

const bytes = 128;
const before = '{"m":"';
const marker: Buffer = Buffer.from("~marker:");
const digits = 16;
const offsetField = ',"offset":';

/** Milliseconds since the Unix epoch with a fraction: the same for all processes of a machine. */
export const wallNow = (): number => performance.timeOrigin + performance.now();

export function stampedPayload(sentAt: number): string {
  const stamp = Math.round(sentAt * 1_000)
    .toString()
    .padStart(digits, "0");
  const frame = before.length + marker.length + digits + '"}'.length;
  return `${before}${marker.toString()}${stamp}${"x".repeat(bytes - frame)}"}`;
}

/** Finds every stamped publication with its offset in a message; whatever else is there is passed over. */
export function readStamped(message: Buffer, found: (sentAt: number, offset: number) => void): void {
  for (let at = message.indexOf(marker); at >= 0; at = message.indexOf(marker, at + bytes)) {
    const stampAt = at + marker.length;
    const offsetAt = at - before.length + bytes + offsetField.length;
    let offset = 0;
    for (let i = offsetAt; isDigit(message[i]); i++) offset = offset * 10 + (message[i] ?? 0) - zero;
    found(Number(message.toString("latin1", stampAt, stampAt + digits)) / 1_000, offset);
  }
}

const zero = 0x30;

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= zero + 9;
}
