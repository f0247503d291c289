import type { Hub } from "../hub.ts";
import type { Session } from "../session.ts";
import { DisconnectError, disconnects } from "../values/disconnects.ts";

/** The client answered a ping. One that was not asked for ends the connection. */
export function pong(hub: Hub, session: Session): void {
  if (session.pongBy === 0) throw new DisconnectError(disconnects.badRequest, "a pong that was not asked for");
  session.pongBy = 0;
  session.roundTripMs = hub.clock.monotonic() - session.pingSentAt;
  hub.emit({ type: "pong", transport: session.transport.name, roundTripMs: session.roundTripMs });
  hub.reschedule(session);
}
