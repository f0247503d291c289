import type { Hub } from "../../hub.ts";
import type { Caller } from "../../session.ts";
import { resolveChannel } from "../../values/channel.ts";
import { unsubscribes } from "../../values/disconnects.ts";
import { forTargeted, type Target, type TargetRequest, targetOf, tellOthers } from "./target.ts";

export interface ServerUnsubscribeRequest extends TargetRequest {
  /** "" for all channels of the connections meant. */
  readonly channel: string;
}

/** The server takes the connections of a user out of a channel, on every node. Throws as `disconnect`. */
export async function serverUnsubscribe(hub: Hub, caller: Caller, request: ServerUnsubscribeRequest): Promise<void> {
  const target = targetOf(caller.tenant.id, request);
  if (request.channel !== "") resolveChannel(request.channel, caller, hub.names);
  const told = tellOthers(hub, { kind: "unsubscribe", target, channel: request.channel });
  unsubscribeHere(hub, target, request.channel);
  await told;
}

/** The part of this node. */
export function unsubscribeHere(hub: Hub, target: Target, channel: string): void {
  const ended = forTargeted(hub, target, (session) => {
    for (const subscription of [...session.subscriptions.values()]) {
      if (channel === "" || subscription.channel.name === channel) hub.channels.end(subscription, unsubscribes.server);
    }
  });
  hub.background(ended, "an unsubscribe order");
}
