import type { Clock } from "../../../kit/clock.ts";

export interface RateLimit {
  /** Whether one more event of this key fits; it counts if so. */
  take(key: string): boolean;
}

export interface RateLimitOptions {
  /** Events at once, and in each window from then on; 0 for no limit. */
  readonly limit: number;
  readonly windowMs: number;
  readonly clock: Clock;
}

interface Bucket {
  tokens: number;
  at: number;
}

/**
 * A token bucket per key, refilled evenly. A key that was silent for a window has a full bucket, which is the same as none:
 * once per window such buckets are dropped, so memory is bounded by the keys of two windows.
 */
export function createRateLimit({ limit, windowMs, clock }: RateLimitOptions): RateLimit {
  const buckets = new Map<string, Bucket>();
  let sweptAt = clock.monotonic();

  function sweep(now: number): void {
    sweptAt = now;
    for (const [key, { at }] of buckets) if (now - at >= windowMs) buckets.delete(key);
  }

  return {
    take(key) {
      if (limit <= 0) return true;
      const now = clock.monotonic();
      if (now - sweptAt >= windowMs) sweep(now);
      const bucket = buckets.get(key) ?? { tokens: limit, at: now };
      bucket.tokens = Math.min(limit, bucket.tokens + ((now - bucket.at) * limit) / windowMs);
      bucket.at = now;
      buckets.set(key, bucket);
      if (bucket.tokens < 1) return false;
      bucket.tokens -= 1;
      return true;
    },
  };
}
