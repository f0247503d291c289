import { checkKey } from "../../gate.ts";
import type { Hub } from "../../hub.ts";
import type { Caller, Session } from "../../session.ts";
import { resolveChannel } from "../../values/channel.ts";
import type { Payload, Position } from "../../values/publication.ts";
import type { SubscribeGrant, SubscribeOverride } from "../../values/subscription.ts";
import { establish } from "../establish.ts";
import { channelLimit } from "../subscribe.ts";
import { forTargeted, type Target, type TargetRequest, targetOf, tellOthers } from "./target.ts";

export interface ServerSubscribeRequest extends TargetRequest {
  readonly channel: string;
  /** Seconds since the Unix epoch; 0 never. */
  readonly expireAt: number;
  readonly info?: Payload;
  readonly data?: Payload;
  readonly recoverSince?: Position;
  readonly override?: SubscribeOverride;
}

/** The server subscribes the connections of a user, on every node. Throws as `disconnect`. */
export async function serverSubscribe(hub: Hub, caller: Caller, request: ServerSubscribeRequest): Promise<void> {
  const { user, client, session, allUsers, labels, channel, ...grant } = request;
  const target = targetOf(caller.tenant.id, { user, client, session, allUsers, labels });
  checkKey(caller, resolveChannel(channel, caller, hub.names));
  const told = tellOthers(hub, { kind: "subscribe", target, channel, grant: encodeGrant(grant) });
  await Promise.all([subscribeHere(hub, target, { channel, grant }), told]);
}

/** The part of this node. */
export async function subscribeHere(
  hub: Hub,
  target: Target,
  order: { channel: string; grant: SubscribeGrant },
): Promise<void> {
  await forTargeted(hub, target, (session) => subscribeOne(hub, session, order));
}

async function subscribeOne(
  hub: Hub,
  session: Session,
  order: { channel: string; grant: SubscribeGrant },
): Promise<void> {
  // The server may give what the session itself could not ask for, but never a channel of another tenant.
  const reader = { tenant: session.tenant, crossesTenants: session.isAdmin };
  const channel = resolveChannel(order.channel, reader, hub.names);
  if (session.subscriptions.has(channel.name)) return;
  const limit = channelLimit(hub, session);
  if (limit > 0 && session.subscriptions.size >= limit) return;
  const given = { grant: order.grant, wish: {}, serverSide: true, source: "serverApi" } as const;
  const established = await establish(hub, session, { channel, ...given });
  if (session.state !== "connected") return established.abandon();
  const result = established.settle();
  const { recoverable, positioned, position, data } = result;
  const told = { recoverable, positioned, ...(position ? { position } : {}), ...(data === undefined ? {} : { data }) };
  session.push({ type: "subscribe", channel: channel.name, result: told });
  for (const publication of result.publications) {
    session.push({ type: "publication", channel: channel.name, publication, epoch: position?.epoch ?? "" });
  }
  established.start();
}

/** Control messages are JSON: bytes travel as base64. */
interface EncodedGrant extends Omit<SubscribeGrant, "info" | "data"> {
  readonly info?: EncodedPayload;
  readonly data?: EncodedPayload;
}
type EncodedPayload = string | { readonly base64: string };

export const encodePayload = (payload: Payload): EncodedPayload =>
  typeof payload === "string" ? payload : { base64: Buffer.from(payload).toString("base64") };

export const decodePayload = (payload: EncodedPayload): Payload =>
  typeof payload === "string" ? payload : new Uint8Array(Buffer.from(payload.base64, "base64"));

function encodeGrant({ info, data, ...rest }: SubscribeGrant): EncodedGrant {
  return {
    ...rest,
    ...(info === undefined ? {} : { info: encodePayload(info) }),
    ...(data === undefined ? {} : { data: encodePayload(data) }),
  };
}

export function decodeGrant({ info, data, ...rest }: EncodedGrant): SubscribeGrant {
  return {
    ...rest,
    ...(info === undefined ? {} : { info: decodePayload(info) }),
    ...(data === undefined ? {} : { data: decodePayload(data) }),
  };
}
