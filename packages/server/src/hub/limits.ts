import type { Clock } from "../kit/clock.ts";
import type { ChannelKey } from "./values/channel.ts";
import { HubError } from "./values/errors.ts";
import type { Tenant } from "./values/tenant.ts";

interface Bucket {
  tokens: number;
  at: number;
}

/** Refills `rate` tokens a second up to `burst`. Takes one, or says no. */
function take(bucket: Bucket, rate: number, { burst, now }: { burst: number; now: number }): boolean {
  bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * rate);
  bucket.at = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

export interface NodeLimits {
  readonly connections: number;
  readonly connectionsPerSecond: number;
}

/** This node's part of what a tenant may do per second in the whole cluster. */
export interface RateShares {
  note(tenant: string): void;
  of(tenant: string, rate: number): number;
}

/** A cluster of one node. */
const everything: RateShares = { note: () => {}, of: (_tenant, rate) => rate };

/** Counts and rates, per node and per tenant. Zero means no limit. */
export interface Limits {
  /** Whether a new socket is welcome at all. */
  accepts(open: number): "yes" | "connection_limit" | "connection_rate";
  /** Throws tooManyRequests or limitExceeded with the figure of the limit. */
  checkPublication(tenant: Tenant, bytes: number): void;
  /** Of a publication that was counted before. Throws limitExceeded with the figure of the limit. */
  checkSize(tenant: Tenant, bytes: number): void;
  stop(): void;
  /** Throws limitExceeded when the tenant holds too many channels with history. */
  checkHistoryChannel(tenant: Tenant, key: ChannelKey, ttlMs: number): void;
}

export function createLimits(node: NodeLimits, clock: Clock, shares: RateShares = everything): Limits {
  const connectionBucket: Bucket = { tokens: node.connectionsPerSecond, at: clock.monotonic() };
  const buckets = new Map<string, Bucket>();
  const histories = new Map<string, Map<ChannelKey, number>>();

  function sweepHistories(held: Map<ChannelKey, number>, now: number): void {
    for (const [key, until] of held) if (until <= now) held.delete(key);
  }

  const cancel = clock.every(60_000, () => {
    const now = clock.now();
    for (const [tenant, held] of histories) {
      sweepHistories(held, now);
      if (held.size === 0) histories.delete(tenant);
    }
    const moment = clock.monotonic();
    for (const [tenant, bucket] of buckets) if (moment - bucket.at > 60_000) buckets.delete(tenant);
  });

  function checkSize({ limits: { publicationBytes } }: Tenant, bytes: number): void {
    if (publicationBytes > 0 && bytes > publicationBytes) {
      throw new HubError("limitExceeded", `the publication has ${bytes} bytes, the limit is ${publicationBytes}`);
    }
  }

  return {
    accepts(open) {
      if (node.connections > 0 && open >= node.connections) return "connection_limit";
      const rate = node.connectionsPerSecond;
      if (rate > 0 && !take(connectionBucket, rate, { burst: rate, now: clock.monotonic() })) return "connection_rate";
      return "yes";
    },

    stop: cancel,

    checkSize,

    checkPublication(tenant, bytes) {
      checkSize(tenant, bytes);
      const { publicationsPerSecond: rate } = tenant.limits;
      if (rate === 0) return;
      shares.note(tenant.id);
      const share = shares.of(tenant.id, rate);
      // A share below one still lets one through at a time.
      const burst = Math.max(1, share);
      const now = clock.monotonic();
      let bucket = buckets.get(tenant.id);
      if (!bucket) {
        bucket = { tokens: burst, at: now };
        buckets.set(tenant.id, bucket);
      }
      if (!take(bucket, share, { burst, now })) {
        throw new HubError("tooManyRequests", `more than ${rate} publications per second`);
      }
    },

    checkHistoryChannel(tenant, key, ttlMs) {
      const limit = tenant.limits.historyChannels;
      if (limit === 0) return;
      let held = histories.get(tenant.id);
      if (!held) {
        held = new Map();
        histories.set(tenant.id, held);
      }
      const now = clock.now();
      if (!held.has(key) && held.size >= limit) {
        sweepHistories(held, now);
        if (held.size >= limit) {
          throw new HubError("limitExceeded", `${limit} channels with history are in use, which is the limit`);
        }
      }
      held.set(key, now + ttlMs);
    },
  };
}
