import type { Outlet } from "../../hub/ports/outlet.ts";
import type { Log } from "../../kit/log.ts";
import type { Stalls } from "../stalls.ts";
import type { Lanes } from "./lanes.ts";
import type { Pressure } from "./pressure.ts";

/** What the connections of a listener share. */
export interface Surroundings {
  readonly log: Log;
  readonly lanes: Lanes;
  readonly pressure: Pressure;
  readonly stalls: Stalls;
  readonly maxBufferedBytes: number;
  readonly compression: boolean;
  /** A connection is open: it counts against the limit. */
  opened(outlet: Outlet): void;
  /** A connection will take no more frames: it belongs to no topic any longer. */
  closing(outlet: Outlet): void;
  /** A connection is gone, exactly once. */
  gone(outlet: Outlet): void;
}

export const serverError = { code: 1011, reason: "internal server error" } as const;
