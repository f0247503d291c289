import { createDelta } from "fossil-delta";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

const bytesOf = (data: string | Uint8Array): Uint8Array => (typeof data === "string" ? encoder.encode(data) : data);

/**
 * The fossil delta from `before` to `after`: text between texts, bytes between bytes. `undefined` when it is not shorter
 * than `after` itself, and from one kind to the other: what is not text stands in JSON as something else.
 */
export function createPatch(before: string | Uint8Array, after: string | Uint8Array): string | Uint8Array | undefined {
  if (typeof before !== typeof after) return undefined;
  const target = bytesOf(after);
  const patch = Uint8Array.from(createDelta(bytesOf(before), target));
  if (patch.length >= target.length) return undefined;
  if (typeof after !== "string") return patch;
  try {
    return decoder.decode(patch);
  } catch {
    const whole = wholeCharacters(patch, target);
    return whole.length < target.length ? decoder.decode(whole) : undefined;
  }
}

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~";
const STEP = /([0-9A-Z_a-z~]+)(?:@([0-9A-Z_a-z~]+),|([:;]))/y;

const numberOf = (digits: string): number => [...digits].reduce((sum, digit) => sum * 64 + DIGITS.indexOf(digit), 0);
const digitsOf = (number: number): string =>
  (number < 64 ? "" : digitsOf(Math.floor(number / 64))) + DIGITS.charAt(number % 64);

/** Makes `from` up to the start of the next step in the target, out of the source, or by what stands in the patch. */
interface Step {
  readonly at: number;
  readonly from: number | undefined;
}

/** The steps of a patch, and its end: the checksum. */
function readSteps(patch: string): { readonly steps: readonly Step[]; readonly end: string } {
  const steps: Step[] = [];
  let at = 0;
  STEP.lastIndex = patch.indexOf("\n") + 1;
  for (;;) {
    const [end = "", length = "", from, mark] = STEP.exec(patch) ?? [];
    if (mark === ";" || end === "") return { steps, end };
    steps.push({ at, from: from === undefined ? undefined : numberOf(from) });
    at += numberOf(length);
    if (mark === ":") STEP.lastIndex += numberOf(length);
  }
}

/** The same patch with every letter that it cuts in two, which is no text any more, written out. */
function wholeCharacters(patch: Uint8Array, target: Uint8Array): Uint8Array {
  const { steps, end } = readSteps(Buffer.from(patch).toString("latin1"));
  const isInside = (at: number): boolean => ((target[at] ?? 0) & 0xc0) === 0x80;
  const starts: number[] = [];
  let next = target.length;
  for (const [index, { at, from }] of [...steps.entries()].reverse()) {
    let start = at;
    // The letter goes to the text beside the cut: to the one that follows, or else to the one before.
    if (from === undefined) while (isInside(start)) start--;
    else if (steps[index - 1]?.from === undefined) while (isInside(start)) start++;
    next = Math.min(start, next);
    starts[index] = next;
  }
  const parts: Uint8Array[] = [encoder.encode(`${digitsOf(target.length)}\n`)];
  for (const [index, { at, from }] of steps.entries()) {
    const start = starts[index] ?? at;
    const length = (starts[index + 1] ?? target.length) - start;
    if (length === 0) continue;
    if (from === undefined) parts.push(encoder.encode(`${digitsOf(length)}:`), target.subarray(start, start + length));
    else parts.push(encoder.encode(`${digitsOf(length)}@${digitsOf(from + start - at)},`));
  }
  return Buffer.concat([...parts, encoder.encode(end)]);
}
