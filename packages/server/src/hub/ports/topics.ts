import type { Frame, Outlet } from "./outlet.ts";

/**
 * Delivery to many outlets at once: the hot path.
 *
 * Promises: a frame reaches the outlets that are members at the moment of the call and no other; every outlet gets the
 * frames of all its topics and its own `send`s in call order; one slow outlet delays nobody; a member that would miss
 * a frame is closed, never skipped.
 */
export interface Topics {
  /** Joining twice is joining once. */
  join(outlet: Outlet, topic: string): void;
  leave(outlet: Outlet, topic: string): void;
  publish(topic: string, frame: Frame): void;
}
