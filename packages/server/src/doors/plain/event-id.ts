import type { Position } from "../../hub/index.ts";

/** A position as clients of this door hold it: opaque to them, in order only for us. */
export const eventId = ({ offset, epoch }: Position): string => `${offset}-${epoch}`;

/** What a client gives back. A text that is none of ours is a place in a stream that does not exist: nothing can be continued there. */
export function positionOf(id: string): Position {
  const [, digits, epoch = ""] = /^(\d{1,15})-(.*)$/s.exec(id) ?? [];
  return digits === undefined ? { offset: 0, epoch: `not an event id: ${id}` } : { offset: Number(digits), epoch };
}
