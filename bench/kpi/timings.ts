import { waitedMs } from "../measure/process-usage.ts";
import { percentile } from "../measure/statistics.ts";

/** How long something took, again and again, in ms. */
export interface Timings {
  readonly all: readonly number[];
  /** The same, less what server or client, whichever did longer, waited for a core; empty where nobody counts that. */
  readonly own: readonly number[];
}

/** Does something again and again between two processes, this one and the server's. */
export async function timeEach(server: number, count: number, work: () => Promise<unknown>): Promise<Timings> {
  const all: number[] = [];
  const own: number[] = [];
  for (let n = 0; n < count; n++) {
    const before = [server, process.pid].map(waitedMs);
    const start = performance.now();
    await work();
    const took = performance.now() - start;
    const waits = [server, process.pid].map((pid, i) => (waitedMs(pid) ?? Number.NaN) - (before[i] ?? Number.NaN));
    all.push(took);
    if (waits.every(Number.isFinite)) own.push(Math.max(0, took - Math.max(...waits)));
  }
  return { all, own };
}

const shown = (value: number): string => (value < 1 ? value.toFixed(3) : value.toFixed(1));

export const p99 = (times: readonly number[]): number => percentile(times, 0.99) ?? Number.NaN;

/** p50, p95 and p99. */
export function describeTimes(times: readonly number[]): string {
  if (times.length === 0) return "-";
  return [0.5, 0.95, 0.99].map((share) => shown(percentile(times, share) ?? Number.NaN)).join(", ");
}
