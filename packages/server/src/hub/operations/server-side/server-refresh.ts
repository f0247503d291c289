import type { Hub } from "../../hub.ts";
import type { Caller } from "../../session.ts";
import { disconnects } from "../../values/disconnects.ts";
import type { Payload } from "../../values/publication.ts";
import { renew } from "../refresh.ts";
import { decodePayload, encodePayload } from "./server-subscribe.ts";
import { forTargeted, type Target, type TargetRequest, targetOf, tellOthers } from "./target.ts";

export interface ServerRefreshRequest extends TargetRequest {
  /** End the connection as expired. */
  readonly expired: boolean;
  /** Seconds since the Unix epoch; 0 never. */
  readonly expireAt: number;
  readonly info?: Payload;
}

type Order = Pick<ServerRefreshRequest, "expired" | "expireAt" | "info">;

/** The server prolongs or expires the connections of a user, on every node. Throws as `disconnect`. */
export async function serverRefresh(hub: Hub, caller: Caller, request: ServerRefreshRequest): Promise<void> {
  const { expired, expireAt, info } = request;
  const target = targetOf(caller.tenant.id, request);
  const encoded = info === undefined ? {} : { info: encodePayload(info) };
  const told = tellOthers(hub, { kind: "refresh", target, order: { expired, expireAt, ...encoded } });
  refreshHere(hub, target, { expired, expireAt, ...(info === undefined ? {} : { info }) });
  await told;
}

/** The part of this node. */
export function refreshHere(hub: Hub, target: Target, order: Order): void {
  const refreshed = forTargeted(hub, target, (session) => {
    if (order.expired) {
      session.disconnect(disconnects.expired);
      return;
    }
    const { info = session.grant.info, expireAt } = order;
    renew(hub, session, { ...session.grant, expireAt, ...(info === undefined ? {} : { info }) });
    const ttl = expireAt > 0 ? Math.max(0, Math.ceil(expireAt - hub.clock.now() / 1000)) : 0;
    session.push({ type: "refresh", expires: expireAt > 0, ttl });
  });
  hub.background(refreshed, "a refresh order");
}

export function decodeOrder(order: {
  expired: boolean;
  expireAt: number;
  info?: Parameters<typeof decodePayload>[0];
}): Order {
  const { info, ...rest } = order;
  return { ...rest, ...(info === undefined ? {} : { info: decodePayload(info) }) };
}
