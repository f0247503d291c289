export interface LatencySummary {
  readonly last: number;
  readonly median: number;
  readonly p95: number;
}

export interface LatencyWindow {
  add(ms: number): void;
  clear(): void;
  summary(): LatencySummary | undefined;
}

/** The latest `size` measurements. */
export function createLatencyWindow(size: number): LatencyWindow {
  let values: number[] = [];
  return {
    add(ms) {
      values.push(ms);
      if (values.length > size) values.shift();
    },
    clear() {
      values = [];
    },
    summary() {
      const last = values.at(-1);
      if (last === undefined) return undefined;
      const sorted = [...values].sort((a, b) => a - b);
      const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? last;
      return { last, median: at(0.5), p95: at(0.95) };
    },
  };
}
