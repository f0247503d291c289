import type { Hub } from "../../hub.ts";
import type { Caller } from "../../session.ts";
import { type Disconnect, disconnects, isDisconnect } from "../../values/disconnects.ts";
import { HubError } from "../../values/errors.ts";
import { forTargeted, type Target, type TargetRequest, targetOf, tellOthers } from "./target.ts";

export interface DisconnectRequest extends TargetRequest {
  /** Client ids that stay. */
  readonly whitelist: readonly string[];
  /** Absent: 3503 force disconnect. */
  readonly disconnect?: Disconnect;
}

/** The server ends the connections of a user, on every node. Throws `HubError` badRequest, or internal when the other nodes could not be told. */
export async function disconnect(hub: Hub, caller: Caller, request: DisconnectRequest): Promise<void> {
  const { whitelist } = request;
  const target = targetOf(caller.tenant.id, request);
  const order = request.disconnect ?? disconnects.forceDisconnect;
  if (!isDisconnect(order)) {
    throw new HubError("badRequest", "a disconnect code is from 3000 to 4999 and its reason at most 123 bytes");
  }
  const told = tellOthers(hub, { kind: "disconnect", target, whitelist, disconnect: order });
  disconnectHere(hub, target, { whitelist, disconnect: order });
  await told;
}

/** The part of this node. */
export function disconnectHere(
  hub: Hub,
  target: Target,
  order: { readonly whitelist: readonly string[]; readonly disconnect: Disconnect },
): void {
  const ended = forTargeted(hub, target, (session) => {
    if (!order.whitelist.includes(session.id)) session.disconnect(order.disconnect);
  });
  hub.background(ended, "a disconnect order");
}
