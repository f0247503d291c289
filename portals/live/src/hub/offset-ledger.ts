export type OffsetKind = "live" | "recovered" | "missing";

/** A closed interval of offsets. */
export interface OffsetRange {
  readonly first: number;
  readonly last: number;
}

export interface OffsetEntry {
  readonly offset: number;
  readonly kind: OffsetKind;
}

/** What the page can say about one stream, from nothing but the offsets that it saw. */
export interface LedgerReport {
  /** From the first offset expected to the last one seen; absent before the first arrives. */
  readonly seen: OffsetRange | undefined;
  readonly received: number;
  /** Offsets of that span that never came. */
  readonly missing: readonly OffsetRange[];
  /** Offsets that came again, or after a later one. */
  readonly disorder: number;
  /** The latest entries, oldest first, gaps included. */
  readonly recent: readonly OffsetEntry[];
}

export interface OffsetLedger {
  receive(offset: number, recovered: boolean): void;
  /** Forgets everything and expects the offset after `position` next. */
  restart(position: number): void;
  report(): LedgerReport;
}

/**
 * Writes down every offset that arrives and finds what is missing, repeated or out of order.
 * Keeps `capacity` entries for drawing; the counts cover everything since the start.
 */
export function createOffsetLedger(capacity: number): OffsetLedger {
  let first = 1;
  let last = 0;
  let received = 0;
  let disorder = 0;
  let missing: OffsetRange[] = [];
  let recent: OffsetEntry[] = [];

  function remember(entry: OffsetEntry): void {
    recent.push(entry);
    if (recent.length > 2 * capacity) recent = recent.slice(-capacity);
  }

  return {
    receive(offset, recovered) {
      received += 1;
      if (offset <= last) {
        disorder += 1;
        return;
      }
      if (offset > last + 1) {
        missing.push({ first: last + 1, last: offset - 1 });
        for (let gap = Math.max(last + 1, offset - capacity); gap < offset; gap++) {
          remember({ offset: gap, kind: "missing" });
        }
      }
      last = offset;
      remember({ offset, kind: recovered ? "recovered" : "live" });
    },
    restart(position) {
      first = position + 1;
      last = position;
      received = disorder = 0;
      missing = [];
      recent = [];
    },
    report: () => ({
      seen: received > 0 ? { first, last } : undefined,
      received,
      missing: [...missing],
      disorder,
      recent: recent.slice(-capacity),
    }),
  };
}

export function countOffsets(ranges: readonly OffsetRange[]): number {
  return ranges.reduce((sum, range) => sum + range.last - range.first + 1, 0);
}
