import type { Position } from "./values/publication.ts";

/** What a publication means for a channel that stands at `position`. */
export type Step =
  /** The next one: deliver. */
  | "next"
  /** Already delivered: skip. */
  | "stale"
  /** Some are missing between: fill from history first. */
  | "gap"
  /** The stream began anew: nothing before it can be continued. */
  | "new-epoch";

export function stepOf(position: Position | undefined, offset: number, epoch: string): Step {
  if (!position) return "next";
  if (position.epoch !== epoch) return "new-epoch";
  if (offset === position.offset + 1) return "next";
  return offset <= position.offset ? "stale" : "gap";
}
