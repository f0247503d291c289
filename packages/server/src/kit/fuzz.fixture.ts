import assert from "node:assert/strict";
import { it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";

/** `FUZZ_INPUTS=1000000` is the long run; unless told, a short one. */
const INPUTS = Number(process.env.FUZZ_INPUTS ?? 2_000);
const LONG = INPUTS > 10_000;
/** A run of the property ends and begins anew, so that small and large inputs keep taking turns. */
const ROUND = Math.min(INPUTS, 10_000);
/** What may stay behind after the first tenth of a long run, in megabytes. */
const GROWTH_LIMIT = 16;

/**
 * A property test that a long run feeds with a million inputs; it also says what happened to them and what the heap
 * did. `holds` returns in a word what became of its input, so that a run that only met refusals is seen.
 */
export function fuzz<Input>(
  sentence: string,
  inputs: fc.Arbitrary<Input>,
  holds: (input: Input, index: number) => string,
): void {
  it(sentence, { timeout: LONG ? 3_600_000 : 60_000 }, () => {
    const seed = Number(process.env.FUZZ_SEED ?? fc.sample(fc.nat(), 1)[0]);
    const outcomes = new Map<string, number>();
    const heap: number[] = [];
    const started = performance.now();
    let done = 0;
    for (let round = 0; done < INPUTS; round++) {
      const property = fc.property(inputs, (input) => {
        const outcome = holds(input, done++);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      });
      fc.assert(property, { numRuns: ROUND, seed: seed + round });
      if (LONG) heap.push(heapAfterCollection());
    }
    assert.ok(outcomes.size > 1, `every input was ${[...outcomes.keys()]}: the property says nothing`);
    if (!LONG) return;
    const settled = heap[Math.floor(heap.length / 10)] ?? 0;
    const last = heap.at(-1) ?? 0;
    const counts = [...outcomes].map(([outcome, count]) => `${count} ${outcome}`).join(", ");
    const seconds = (performance.now() - started) / 1_000;
    console.log(
      `${sentence}: ${done} inputs (${counts}), seed ${seed}, ${seconds.toFixed(0)} s; heap ${settled.toFixed(1)} MB ` +
        `after a tenth, ${last.toFixed(1)} MB at the end, at most ${Math.max(...heap).toFixed(1)} MB`,
    );
    assert.ok(last - settled < GROWTH_LIMIT, `the heap grew from ${settled} to ${last} MB`);
  });
}

function heapAfterCollection(): number {
  collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

const collect: () => void =
  typeof Bun === "undefined"
    ? () => {
        setFlagsFromString("--expose-gc");
        runInNewContext("gc")();
      }
    : () => Bun.gc(true);

/** What a spoiled input still looks like: cut, doubled, moved and overwritten here and there. */
export interface Edit<Part> {
  readonly kind: "write" | "insert" | "drop" | "repeat" | "cut";
  readonly at: number;
  readonly length: number;
  readonly parts: readonly Part[];
}

/** Up to four edits; `parts` are what they write, besides what is there already. */
export const edits = <Part>(parts: fc.Arbitrary<readonly Part[]>): fc.Arbitrary<readonly Edit<Part>[]> =>
  fc.array(
    fc.record({
      kind: fc.constantFrom("write", "write", "insert", "insert", "drop", "repeat", "cut"),
      at: fc.nat(0xffff),
      length: fc.integer({ min: 1, max: 12 }),
      parts,
    }),
    { minLength: 1, maxLength: 4 },
  );

function edited<Part>(whole: readonly Part[], changes: readonly Edit<Part>[]): readonly Part[] {
  const result = [...whole];
  for (const { kind, at: anywhere, length, parts } of changes) {
    const at = anywhere % (result.length + 1);
    if (kind === "write") result.splice(at, parts.length, ...parts);
    else if (kind === "insert") result.splice(at, 0, ...parts);
    else if (kind === "drop") result.splice(at, length);
    else if (kind === "repeat") result.splice(at, 0, ...result.slice(at, at + length));
    else result.length = at;
  }
  return result;
}

const byteParts = fc.oneof(
  fc.array(fc.nat(255), { minLength: 1, maxLength: 4 }),
  fc.constantFrom(
    [0],
    [0x80],
    [0xff],
    [0xff, 0xff, 0xff, 0xff, 0x0f],
    [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  ),
);

/** Bytes that were right, with a few mistakes in them. */
export const spoiledBytes = (right: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc.tuple(right, edits(byteParts)).map(([bytes, changes]) => Uint8Array.from(edited([...bytes], changes)));

const textParts = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 3, unit: "binary" }),
    fc.constantFrom(
      '"',
      "\\",
      "\\u",
      "\\ud800",
      "\n",
      "\r\n",
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      "null",
      "true",
      "-",
      "0",
      "1e999",
    ),
    fc.constantFrom(
      '"__proto__":',
      '"constructor":',
      '"id":',
      '"data":',
      '"subs":',
      '"flag":9007199254740993',
      "\u2028",
      "\ufeff",
    ),
  )
  .map((text) => [...text]);

/** The same of text. */
export const spoiledText = (right: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(right, edits(textParts)).map(([text, changes]) => edited([...text], changes).join(""));
