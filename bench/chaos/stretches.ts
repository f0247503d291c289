import type { HeardPublication, Position, Subscriber } from "./ledger.ts";

/** A time in which a subscriber believes that it misses nothing: it ends when it is told otherwise. */
export interface Stretch {
  readonly start: Position;
  /** When it asked for that position, at the earliest, and when it was told. */
  readonly askedAt: number;
  readonly toldAt: number;
  readonly seen: readonly HeardPublication[];
}

export interface Course {
  readonly stretches: readonly Stretch[];
  /** Subscriptions that came back with everything since. */
  readonly returns: number;
  /** Publications that came with them. */
  readonly recovered: number;
  /** Subscriptions that came back, and were told that something may be missing. */
  readonly told: number;
  /** It was sent away for good, by these codes. */
  readonly ended: readonly number[];
}

/** Divides what a subscriber heard at every answer that does not promise continuity. */
export function courseOf({ name, heard }: Subscriber): Course {
  const stretches: (Stretch & { readonly seen: HeardPublication[] })[] = [];
  const ended: number[] = [];
  const counts = { returns: 0, recovered: 0, told: 0 };
  let askedAt = Number.NEGATIVE_INFINITY;
  for (const entry of heard) {
    if (entry.what === "away") {
      askedAt = entry.at;
      if (entry.ended) ended.push(entry.code);
    } else if (entry.what === "publication") {
      const current = stretches.at(-1);
      if (!current) throw new Error(`${name} heard a publication before it was subscribed`);
      current.seen.push(entry);
      if (entry.recovered) counts.recovered++;
    } else if (entry.recovering && entry.recovered && stretches.length > 0) {
      counts.returns++;
    } else {
      if (stretches.length > 0) counts.told++;
      stretches.push({ start: entry.position, askedAt, toldAt: entry.at, seen: [] });
    }
  }
  return { stretches, ended, ...counts };
}
