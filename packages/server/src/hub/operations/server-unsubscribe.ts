import { resolveChannel } from "../channel.ts";
import { unsubscribes } from "../disconnects.ts";
import { HubError } from "../errors.ts";
import type { Hub } from "../hub.ts";
import type { Caller } from "../session.ts";
import { type Target, targetedSessions } from "./target.ts";

export interface ServerUnsubscribeRequest {
  readonly user: string;
  /** "" for all channels of the connections meant. */
  readonly channel: string;
  readonly client: string;
  readonly session: string;
}

/** The server takes the connections of a user out of a channel, on every node. */
export function serverUnsubscribe(hub: Hub, caller: Caller, request: ServerUnsubscribeRequest): void {
  if (request.user === "" && request.client === "" && request.session === "") {
    throw new HubError("badRequest", "name a user, a client or a session");
  }
  if (request.channel !== "") resolveChannel(request.channel, caller, hub.names);
  const target: Target = {
    tenant: caller.tenant.id,
    user: request.user,
    client: request.client,
    session: request.session,
  };
  hub.cluster.tell({ kind: "unsubscribe", target, channel: request.channel });
  unsubscribeHere(hub, target, request.channel);
}

/** The part of this node. */
export function unsubscribeHere(hub: Hub, target: Target, channel: string): void {
  for (const session of targetedSessions(hub, target)) {
    for (const subscription of [...session.subscriptions.values()]) {
      if (channel === "" || subscription.channel.name === channel) hub.channels.end(subscription, unsubscribes.server);
    }
  }
}
