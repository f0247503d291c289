import type { Payload } from "../../../hub/index.ts";
import { jsonOrBytes } from "../../../kit/json-or-bytes.ts";
import { type ConnectMessage, emulatedHeaders, flags, ProtocolError, type SubscribeMessage } from "../messages.ts";
import type { ConnectRequest, FilterNode, SubscribeRequest } from "./client_pb.ts";

export function connectMessage({ token, name, subs, headers, version, data }: ConnectRequest): ConnectMessage {
  return {
    token,
    name,
    subs: new Map(Object.entries(subs).map(([channel, wish]) => [channel, subscribeMessage(wish)])),
    headers: emulatedHeaders(Object.entries(headers)),
    ...(version === "" ? {} : { version }),
    ...(data.length === 0 ? {} : { data: jsonOrBytes(data) }),
  };
}

export function subscribeMessage(request: SubscribeRequest): SubscribeMessage {
  const { token, recover, epoch, positioned, recoverable, joinLeave, delta, tf, flag } = request;
  return {
    token,
    recover: recover ? { offset: numberOf(request.offset), epoch } : undefined,
    positioned,
    recoverable,
    joinLeave,
    delta: delta === "fossil",
    ...flags(numberOf(flag)),
    // The official Protobuf client offers numbers and then compares them as objects: it would find no channel by them.
    compact: false,
    filter: tf && filterOf(tf),
    ...(request.data.length === 0 ? {} : { data: jsonOrBytes(request.data) }),
  };
}

/** As a JSON client writes it: what is empty is not there. */
function filterOf({ op, key, cmp, val, vals, nodes }: FilterNode): object {
  return {
    ...(op && { op }),
    ...(key && { key }),
    ...(cmp && { cmp }),
    ...(val && { val }),
    ...(vals.length > 0 && { vals }),
    ...(nodes.length > 0 && { nodes: nodes.map(filterOf) }),
  };
}

/** An offset or a flag. Throws `ProtocolError` beyond what a number holds. */
export function numberOf(value: bigint): number {
  const number = Number(value);
  if (number < 0 || !Number.isSafeInteger(number)) throw new ProtocolError(`${value} is out of range`);
  return number;
}

/** Absent bytes are an absent payload. */
export const payloadOf = (bytes: Uint8Array): Payload => (bytes.length === 0 ? "" : jsonOrBytes(bytes));
