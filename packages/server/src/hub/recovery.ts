import type { HistoryPage } from "./ports/engine.ts";
import type { Position, Publication } from "./publication.ts";

/** The answer to "did I get everything?" */
export interface Recovered {
  readonly recovered: boolean;
  /** In offset order; empty when not recovered. */
  readonly publications: readonly Publication[];
}

/** What this node has sent to live subscribers. */
export interface FannedOut {
  /** The last one. */
  readonly top: Position;
  /** Those sent while history was being read. */
  readonly tail: readonly Publication[];
}

const nothing: Recovered = { recovered: false, publications: [] };

/**
 * Joins what history holds after `since` with what was fanned out while it was read, up to `top`, the last publication
 * that this node has fanned out. Later ones reach the subscriber live, so `top` cuts the list. Pure.
 *
 * `recovered` only when every offset from `since` to `top` is there (promise 2).
 */
export function mergeRecovered(since: Position, page: HistoryPage, { tail, top }: FannedOut): Recovered {
  if (top.epoch !== page.top.epoch) return nothing;
  if (since.epoch !== "" && since.epoch !== top.epoch) return nothing;
  if (since.offset > top.offset) return nothing;
  const publications: Publication[] = [];
  let last = since.offset;
  for (const list of [page.publications, tail]) {
    for (const publication of list) {
      if (publication.offset <= last || publication.offset > top.offset) continue;
      if (publication.offset !== last + 1) return nothing;
      publications.push(publication);
      last = publication.offset;
    }
  }
  return last === top.offset ? { recovered: true, publications } : nothing;
}

/** Cache mode: only the newest publication counts; it is left out when the client has it already. */
export function mergeCache(since: Position | undefined, page: HistoryPage, { tail, top }: FannedOut): Recovered {
  const newest =
    tail.findLast((p) => p.offset === top.offset) ?? page.publications.find((p) => p.offset === top.offset);
  if (top.epoch !== page.top.epoch || !newest) return nothing;
  const known = since !== undefined && since.epoch === top.epoch && since.offset === top.offset;
  return { recovered: true, publications: known ? [] : [newest] };
}

/** Everything between `since` and the top of the page, or `undefined` when something of it is gone. */
export function recoverMissed(since: Position, page: HistoryPage): readonly Publication[] | undefined {
  const { recovered, publications } = mergeRecovered(since, page, { tail: [], top: page.top });
  return recovered ? publications : undefined;
}
