import type { Clock } from "./clock.ts";

const SAMPLE_MS = 250;

/** Tells again and again how much later than planned a timer ran, in milliseconds. The returned function ends it. */
export function watchLoopLag(clock: Clock, sampled: (lagMs: number) => void): () => void {
  let last = clock.monotonic();
  return clock.every(SAMPLE_MS, () => {
    const now = clock.monotonic();
    sampled(Math.max(0, now - last - SAMPLE_MS));
    last = now;
  });
}
