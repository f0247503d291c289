import type { Frame, Outlet } from "../../hub/ports/outlet.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Log } from "../../kit/log.ts";
import type { Disconnect } from "../listener-options.ts";
import type { Debtor, Stalls } from "../stalls.ts";
import type { TurnWriter } from "../turn-writer.ts";
import type { WireFrame } from "./wire-frame.ts";

/** An outlet of this listener. */
export interface Connection extends Outlet, Debtor {
  readonly open: boolean;
  readonly topics: Set<string>;
  /** `Outlet.send` for a frame that others receive too. */
  deliver(frame: WireFrame): void;
  send(frame: Frame): void;
  close(disconnect: Disconnect): void;
  /** Ends the connection at once. */
  cut(): void;
}

/** What the connections of a listener share. */
export interface Surroundings {
  readonly clock: Clock;
  readonly log: Log;
  readonly writer: TurnWriter;
  readonly maxBufferedBytes: number;
  readonly stalls: Stalls;
  /** A connection is open: it counts against the limit. */
  opened(connection: Connection): void;
  /** A connection will take no more frames: it belongs to no topic any longer. */
  closing(connection: Connection): void;
  /** A connection is gone, exactly once. */
  gone(connection: Connection): void;
}

export const serverError = { code: 1011, reason: "internal server error" } as const;
