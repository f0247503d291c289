import type { ListenerLimits } from "../hub/ports/listener.ts";
import type { Outlet } from "../hub/ports/outlet.ts";
import type { Clock } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";

/** Code and reason of an end. */
export type Disconnect = Parameters<Outlet["close"]>[0];

/** What every listener is made with. */
export interface ListenerOptions extends ListenerLimits {
  readonly clock: Clock;
  readonly log: Log;
  /** How long a connection kept alive may wait for its next request. */
  readonly keepAliveSeconds?: number;
}

export const KEEP_ALIVE_SECONDS = 75;

/** A queue that has passed this many times `maxBufferedBytes`, because nobody heeded the verdict, is cut without one. */
export const LAST_RESORT_FACTOR = 4;

/** How long the frames queued before a close, and the client's answer to it, may take. */
export const LINGER_MS = 5_000;
