import { checkKey } from "../gate.ts";
import type { Hub } from "../hub.ts";
import type { Caller } from "../session.ts";
import { type Channel, resolveChannel } from "../values/channel.ts";
import { DisconnectError, disconnects } from "../values/disconnects.ts";
import { HubError } from "../values/errors.ts";
import type { ClientInfo } from "../values/publication.ts";

/** Who is in a channel now. Throws `HubError` notAvailable when the namespace keeps no presence, permissionDenied. */
export function presence(hub: Hub, caller: Caller, channel: string): Promise<readonly ClientInfo[]> {
  return hub.engine.presence.list(readable(hub, caller, channel).key);
}

/** How many connections and distinct users are in a channel now. Throws as `presence`. */
export function presenceStats(
  hub: Hub,
  caller: Caller,
  channel: string,
): Promise<{ readonly clients: number; readonly users: number }> {
  return hub.engine.presence.stats(readable(hub, caller, channel).key);
}

function readable(hub: Hub, caller: Caller, name: string): Channel {
  const { session } = caller;
  if (session && name === "") throw new DisconnectError(disconnects.badRequest, "presence without a channel");
  const channel = resolveChannel(name, caller, hub.names);
  checkKey(caller, channel);
  if (!channel.namespace.presence) throw new HubError("notAvailable", "the namespace keeps no presence");
  if (session && !hub.gate.mayReadPresence(session, channel)) {
    throw new HubError("permissionDenied", "presence of this channel is not open to this connection");
  }
  return channel;
}
