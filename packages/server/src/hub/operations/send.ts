import type { Hub } from "../hub.ts";
import type { Session } from "../session.ts";
import { DisconnectError, disconnects } from "../values/disconnects.ts";
import type { Payload } from "../values/publication.ts";

/** A client sends a message outside any channel. Nobody listens to those yet, so it ends with 3508, as in Centrifugo. */
export function send(_hub: Hub, _session: Session, _data: Payload): void {
  throw new DisconnectError(disconnects.notAvailable, "messages from clients are not handled");
}
