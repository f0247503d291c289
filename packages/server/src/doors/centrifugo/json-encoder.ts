import type { ClientInfo, Encoder, Payload, Publication, Push, SubscribePush } from "../../hub/index.ts";

/** JSON text goes in as it is; bytes, which JSON cannot hold, go in as a base64 string. */
export const embed = (payload: Payload): string =>
  typeof payload === "string" ? payload : `"${Buffer.from(payload).toString("base64")}"`;

export function encodeInfo(info: ClientInfo): string {
  let json = info.user === "" ? "{" : `{"user":${JSON.stringify(info.user)},`;
  json += `"client":"${info.client}"`;
  if (info.connInfo !== undefined) json += `,"conn_info":${embed(info.connInfo)}`;
  if (info.chanInfo !== undefined) json += `,"chan_info":${embed(info.chanInfo)}`;
  return `${json}}`;
}

export function encodePublication(publication: Publication, epoch = ""): string {
  const { data, offset, tags, info } = publication;
  let json = `{"data":${embed(data)}`;
  if (info) json += `,"info":${encodeInfo(info)}`;
  if (offset > 0) json += `,"offset":${offset}`;
  if (tags) json += `,"tags":${JSON.stringify(tags)}`;
  // A subscriber that came before the stream began has no epoch yet.
  if (offset === 1 && epoch !== "") json += `,"epoch":"${epoch}"`;
  return `${json}}`;
}

function encodeSubscribe({ recoverable, positioned, position, data }: SubscribePush): string {
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

function encodePush(push: Push): string {
  switch (push.type) {
    case "ping":
      return "{}";
    case "publication":
      return `{"push":{"channel":${JSON.stringify(push.channel)},"pub":${encodePublication(push.publication, push.epoch)}}}`;
    case "join":
    case "leave":
      return `{"push":{"channel":${JSON.stringify(push.channel)},"${push.type}":{"info":${encodeInfo(push.info)}}}}`;
    case "subscribe":
      return `{"push":{"channel":${JSON.stringify(push.channel)},"subscribe":${encodeSubscribe(push.result)}}}`;
    case "unsubscribe": {
      const body = JSON.stringify({ code: push.code, reason: push.reason });
      return `{"push":{"channel":${JSON.stringify(push.channel)},"unsubscribe":${body}}}`;
    }
    case "message":
      return `{"push":{"message":{"data":${embed(push.data)}}}}`;
    case "refresh":
      return push.expires ? `{"push":{"refresh":{"expires":true,"ttl":${push.ttl}}}}` : '{"push":{"refresh":{}}}';
    case "disconnect": {
      const { code, reason, reconnect } = push;
      return `{"push":{"disconnect":${JSON.stringify(reconnect ? { code, reason, reconnect } : { code, reason })}}}`;
    }
  }
}

/** Pushes in the JSON format, one message a frame (reference 2.9). */
export const createJsonEncoder = (): Encoder => ({ id: "cf-json", encode: encodePush });
