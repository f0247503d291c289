import type { DoorStep } from "../door-step.ts";

/** What the bidirectional endpoints stand on. */
export interface CentrifugoStep extends DoorStep {
  /** Commands of one session that may be at work at the same time. */
  readonly concurrency: number;
}
