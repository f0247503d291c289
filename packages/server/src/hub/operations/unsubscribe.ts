import type { Hub } from "../hub.ts";
import type { Session } from "../session.ts";
import { DisconnectError, disconnects } from "../values/disconnects.ts";

/** A client leaves a channel. Leaving one that it is not in succeeds. */
export function unsubscribe(hub: Hub, session: Session, channel: string): void {
  if (channel === "") throw new DisconnectError(disconnects.badRequest, "unsubscribe without a channel");
  const subscription = session.subscriptions.get(channel);
  if (subscription) hub.channels.end(subscription);
}
