import type { Encoder, Push, SubscribePush } from "../../hub/index.ts";
import { embed, encodeConnect, encodeInfo, encodePublication } from "./json-values.ts";

function encodeSubscribePush({ recoverable, positioned, position, data }: SubscribePush): string {
  const fields: string[] = [];
  if (recoverable) fields.push('"recoverable":true');
  if (position) {
    fields.push(`"epoch":"${position.epoch}"`);
    if (position.offset > 0) fields.push(`"offset":${position.offset}`);
  }
  if (positioned) fields.push('"positioned":true');
  if (data !== undefined) fields.push(`"data":${embed(data)}`);
  return `{${fields.join(",")}}`;
}

/** A message `Push` without anything around it. */
function encodeBody(push: Exclude<Push, { type: "ping" }>): string {
  switch (push.type) {
    case "publication":
      return inChannel(push, "pub", encodePublication(push.publication, push));
    case "join":
    case "leave":
      return inChannel(push, push.type, `{"info":${encodeInfo(push.info)}}`);
    case "subscribe":
      return inChannel(push, "subscribe", encodeSubscribePush(push.result));
    case "unsubscribe":
      return inChannel(push, "unsubscribe", JSON.stringify({ code: push.code, reason: push.reason }));
    case "message":
      return `{"message":{"data":${embed(push.data)}}}`;
    case "refresh":
      return push.expires ? `{"refresh":{"expires":true,"ttl":${push.ttl}}}` : '{"refresh":{}}';
    case "connect":
      return `{"connect":${encodeConnect(push.result)}}`;
    case "disconnect": {
      const { code, reason, reconnect } = push;
      return `{"disconnect":${JSON.stringify(reconnect ? { code, reason, reconnect } : { code, reason })}}`;
    }
  }
}

function inChannel(at: { channel: string; channelId?: number }, field: string, body: string): string {
  const where = at.channelId ? `"id":${at.channelId}` : `"channel":${JSON.stringify(at.channel)}`;
  return `{${where},"${field}":${body}}`;
}

/** What a transport puts around the messages. */
export interface JsonFraming {
  readonly id: string;
  /** Pushes travel inside a `Reply`; without it they stand alone (unidirectional transports, reference 2.15). */
  readonly inReply: boolean;
  readonly before: string;
  readonly after: string;
}

/** Pushes in the JSON format (reference 2.2, 2.9). */
export function createJsonEncoder({ id, inReply, before, after }: JsonFraming): Encoder {
  const start = inReply ? `${before}{"push":` : before;
  const end = inReply ? `}${after}` : after;
  const ping = `${before}{}${after}`;
  return { id, encode: (push) => (push.type === "ping" ? ping : start + encodeBody(push) + end) };
}
