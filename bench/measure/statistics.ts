/** The middle value; absent when there is none. */
export function median(values: readonly number[]): number | undefined {
  return percentile(values, 0.5);
}

/** The smallest value that at least the given share of all values does not exceed. */
export function percentile(values: ArrayLike<number>, share: number): number | undefined {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}
