/** Bounds of the buckets grow by this factor: a percentile is at most 2 % too high. */
const growth = 1.02;
const smallest = 0.01;
const buckets = 900;

/** How many values fell into which bucket; small enough to be sent from process to process and added up. */
export class Histogram {
  readonly counts: number[];

  constructor(counts: readonly number[] = new Array<number>(buckets).fill(0)) {
    this.counts = [...counts];
  }

  /** Whatever is below the smallest bound or above the largest counts there. */
  add(value: number): void {
    const bucket = value <= smallest ? 0 : Math.ceil(Math.log(value / smallest) / Math.log(growth));
    const at = Math.min(bucket, buckets - 1);
    this.counts[at] = (this.counts[at] ?? 0) + 1;
  }

  addAll(other: readonly number[]): void {
    for (const [i, count] of other.entries()) this.counts[i] = (this.counts[i] ?? 0) + count;
  }

  get total(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  /** The bound that the given share of all values does not exceed; absent without values. */
  percentile(share: number): number | undefined {
    let left = Math.max(1, Math.ceil(this.total * share));
    for (const [i, count] of this.counts.entries()) {
      left -= count;
      if (left <= 0) return smallest * growth ** i;
    }
    return undefined;
  }
}
