import type { HistoryPage } from "./ports/engine.ts";
import type { Position, Publication } from "./values/publication.ts";

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

/** How far one page of history leads. */
export interface Continued {
  /** "more": what follows is still in history. "lost": something in between is gone. */
  readonly end: "complete" | "more" | "lost";
  readonly publications: readonly Publication[];
}

const lost: Continued = { end: "lost", publications: [] };

/**
 * Joins what a page of history holds after `since` with what was fanned out while it was read, up to `top`, the last
 * publication that this node has fanned out. Later ones reach the subscriber live, so `top` cuts the list. Pure.
 *
 * The publications follow `since` without a hole (promise 2).
 */
export function continueFrom(since: Position, page: HistoryPage, { tail, top }: FannedOut): Continued {
  if (top.epoch !== page.top.epoch) return lost;
  if (since.epoch !== "" && since.epoch !== top.epoch) return lost;
  if (since.offset > top.offset) return lost;
  // The stream is shorter than it was when somebody stood at `since`: its end was lost, and numbers will be given again.
  if (since.offset > page.top.offset) return lost;
  const publications: Publication[] = [];
  let last = since.offset;
  for (const publication of page.publications) {
    if (publication.offset <= last || publication.offset > top.offset) continue;
    if (publication.offset !== last + 1) return lost;
    publications.push(publication);
    last = publication.offset;
  }
  for (const publication of tail) {
    if (publication.offset !== last + 1 || publication.offset > top.offset) continue;
    publications.push(publication);
    last = publication.offset;
  }
  if (last === top.offset) return { end: "complete", publications };
  // History went on after the position, and what came next is not there any more.
  if (last === since.offset && page.top.offset > since.offset) return lost;
  return { end: "more", publications };
}

/** Cache mode: only the newest publication counts; it is left out when the client has it already. */
export function mergeCache(since: Position | undefined, page: HistoryPage, { tail, top }: FannedOut): Recovered {
  const newest =
    tail.findLast((p) => p.offset === top.offset) ?? page.publications.find((p) => p.offset === top.offset);
  if (top.epoch !== page.top.epoch || !newest) return nothing;
  const known = since !== undefined && since.epoch === top.epoch && since.offset === top.offset;
  return { recovered: true, publications: known ? [] : [newest] };
}
