const MS_PER_UNIT: ReadonlyMap<string, number> = new Map([
  ["ns", 1e-6],
  ["us", 1e-3],
  ["µs", 1e-3],
  ["μs", 1e-3],
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
]);

/** The longest duration that Go can hold, so that a file means the same in both servers. */
const MAX_MS = 2 ** 63 / 1e6;

const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;

/** Milliseconds of a Go duration such as "1h30m" or "500ms"; `undefined` when it is none, or negative. */
export function parseDuration(text: string): number | undefined {
  if (text === "0") return 0;
  let total = 0;
  let end = 0;
  while (end < text.length) {
    PART.lastIndex = end;
    const part = PART.exec(text);
    if (!part) return undefined;
    total += Number(part[1]) * (MS_PER_UNIT.get(part[2] ?? "") ?? Number.NaN);
    end = PART.lastIndex;
  }
  return end > 0 && total < MAX_MS ? total : undefined;
}
