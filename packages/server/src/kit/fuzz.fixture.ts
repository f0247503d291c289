import assert from "node:assert/strict";
import { it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { createSeededIds, type Ids } from "./ids.ts";

/** `FUZZ_INPUTS=1000000` is the long run; unless told, a short one. Inputs made from nothing are dear: a tenth of it. */
const INPUTS = Number(process.env.FUZZ_INPUTS ?? 2_000);
const LONG = INPUTS > 100_000;
/** A run of the property ends and begins anew, so that small and large inputs keep taking turns. */
const ROUND = 10_000;
/** How often each right input is spoiled. */
const VARIANTS = 25;
/** What may stay behind after the first tenth of a long run, in megabytes. */
const GROWTH_LIMIT = 16;

/** Says in a word what became of its input, so that a run that only met refusals is seen. */
type Holds<Input> = (input: Input) => string;

/** A property over inputs that a generator makes. */
export function fuzz<Input>(sentence: string, inputs: fc.Arbitrary<Input>, holds: Holds<Input>): void {
  const tally = createTally();
  run(sentence, {
    tally,
    inputs: LONG ? INPUTS / 10 : INPUTS,
    property: fc.property(inputs, (input) => tally.note(holds(input))),
  });
}

export interface Spoiled<Right, Input> {
  readonly right: fc.Arbitrary<Right>;
  readonly spoil: (right: Right, ids: Ids) => Input;
}

/** A property over inputs that were right before there came a few mistakes into them. */
export function fuzzSpoiled<Right, Input>(
  sentence: string,
  { right, spoil }: Spoiled<Right, Input>,
  holds: Holds<Input>,
): void {
  const tally = createTally();
  const property = fc.property(right, fc.nat(), (whole, seed) => {
    const ids = createSeededIds(seed);
    for (let variant = 0; variant < VARIANTS; variant++) {
      const input = spoil(whole, ids);
      try {
        tally.note(holds(input));
      } catch (error) {
        throw new Error(`of ${fc.stringify(input)}: ${error}`, { cause: error });
      }
    }
  });
  run(sentence, { tally, inputs: INPUTS, property, perRun: VARIANTS });
}

interface Tally {
  readonly outcomes: Map<string, number>;
  count: number;
  note(outcome: string): void;
}

function createTally(): Tally {
  const outcomes = new Map<string, number>();
  return {
    outcomes,
    count: 0,
    note(outcome) {
      this.count++;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    },
  };
}

interface Run<Ts> {
  readonly tally: Tally;
  readonly inputs: number;
  readonly property: fc.IProperty<Ts>;
  readonly perRun?: number;
}

function run<Ts>(sentence: string, { tally, inputs, property, perRun = 1 }: Run<Ts>): void {
  it(sentence, { timeout: LONG ? 3_600_000 : 60_000 }, () => {
    const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
    const numRuns = Math.ceil(Math.min(inputs, ROUND) / perRun);
    const heap: number[] = [];
    const started = performance.now();
    for (let round = 0; tally.count < inputs; round++) {
      fc.assert(property, { numRuns, seed: seed + round });
      if (LONG) heap.push(heapAfterCollection());
    }
    assert.ok(tally.outcomes.size > 1, `every input was ${[...tally.outcomes.keys()]}: the property says nothing`);
    if (!LONG) return;
    const settled = heap[Math.floor(heap.length / 10)] ?? 0;
    const last = heap.at(-1) ?? 0;
    const outcomes = [...tally.outcomes].map(([outcome, count]) => `${count} ${outcome}`).join(", ");
    const seconds = (performance.now() - started) / 1_000;
    console.log(
      `${sentence}: ${tally.count} inputs (${outcomes}), seed ${seed}, ${seconds.toFixed(0)} s; heap ` +
        `${settled.toFixed(1)} MB after a tenth, ${last.toFixed(1)} MB at the end, at most ${Math.max(...heap).toFixed(1)} MB`,
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

/** Up to four mistakes: parts are overwritten, inserted, dropped, repeated or cut off. */
function edited<Part>(whole: readonly Part[], { below, parts }: { below: Below; parts(): readonly Part[] }): Part[] {
  const result = [...whole];
  for (let left = 1 + below(4); left > 0; left--) {
    const at = below(result.length + 1);
    const length = 1 + below(12);
    switch (below(8)) {
      case 0:
        result.length = at;
        break;
      case 1:
        result.splice(at, length);
        break;
      case 2:
        result.splice(at, 0, ...result.slice(at, at + length));
        break;
      case 3:
        result.splice(at, 0, ...result.slice(below(at + 1), at));
        break;
      case 4:
      case 5:
        result.splice(at, 0, ...parts());
        break;
      default: {
        const written = parts();
        result.splice(at, written.length, ...written);
      }
    }
  }
  return result;
}

/** A number from 0 and below its argument. */
type Below = (limit: number) => number;

const belowOf =
  (ids: Ids): Below =>
  (limit) =>
    Math.floor(ids.fraction() * limit);

/** Ends of varints, of lengths and of UTF-8 sequences. */
const byteParts: readonly (readonly number[])[] = [
  [0],
  [0x7f],
  [0x80],
  [0xc3],
  [0xff],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0xf0, 0x9f, 0x9b, 0xb0],
];

export function spoilBytes(right: Uint8Array, ids: Ids): Uint8Array {
  const below = belowOf(ids);
  const parts = (): readonly number[] => byteParts[below(2 * byteParts.length)] ?? [below(256)];
  return Uint8Array.from(edited([...right], { below, parts }));
}

/** What means something in JSON, and letters that are seldom thought of. */
const textParts: readonly string[] = [
  ...'"\\{}[],:-0\n\r\t\0\ufeff\u2028é東🛰',
  "\\u",
  "\\ud800",
  "null",
  "true",
  "1e999",
  "9007199254740993",
  '"__proto__":',
  '"constructor":',
  '"id":',
  '"data":',
  '"subs":{"a":',
  '"flag":',
];

export function spoilText(right: string, ids: Ids): string {
  const below = belowOf(ids);
  const parts = (): readonly string[] => [
    textParts[below(Math.ceil(1.3 * textParts.length))] ?? String.fromCharCode(below(below(2) ? 0x80 : 0x10000)),
  ];
  return edited([...right], { below, parts }).join("");
}
