import type { ClientInfo, Encoder, Payload, Position, Publication, Push, SubscribeResult } from "../../hub/index.ts";

/** JSON stays as it was written; bytes stand as base64. */
const embed = (data: Payload): string =>
  typeof data === "string" ? data : `{"$bytes":"${Buffer.from(data).toString("base64")}"}`;

const json = (fields: readonly string[]): string => `{${fields.join(",")}}`;

function infoOf({ user, client, connInfo, chanInfo }: ClientInfo): string {
  const fields = [`"user":${JSON.stringify(user)},"client":${JSON.stringify(client)}`];
  if (connInfo !== undefined) fields.push(`"connInfo":${embed(connInfo)}`);
  if (chanInfo !== undefined) fields.push(`"chanInfo":${embed(chanInfo)}`);
  return json(fields);
}

function publicationOf({ data, offset, tags, info }: Publication, channel?: string): string {
  const fields = channel === undefined ? [] : [`"channel":${JSON.stringify(channel)}`];
  fields.push(`"data":${embed(data)}`);
  if (offset > 0) fields.push(`"offset":${offset}`);
  if (tags) fields.push(`"tags":${JSON.stringify(tags)}`);
  if (info) fields.push(`"info":${infoOf(info)}`);
  return json(fields);
}

const positionOf = ({ offset, epoch }: Position): string => `"position":${JSON.stringify({ offset, epoch })}`;

/** How a subscription begins, as a client reads it. */
export function describeSubscription(channel: string, result: SubscribeResult): unknown {
  const { recoverable, recovered, wasRecovering, expires, ttl, position, publications, data } = result;
  const fields = [`"channel":${JSON.stringify(channel)}`];
  if (expires) fields.push(`"ttl":${ttl}`);
  if (recoverable && position) fields.push(positionOf(position));
  if (wasRecovering) fields.push(`"recovered":${recovered}`);
  if (publications.length > 0) fields.push(`"publications":[${publications.map((each) => publicationOf(each))}]`);
  if (data !== undefined) fields.push(`"data":${embed(data)}`);
  return JSON.parse(json(fields));
}

export const describePublication = (publication: Publication): unknown => JSON.parse(publicationOf(publication));

export const describeClient = (info: ClientInfo): unknown => JSON.parse(infoOf(info));

/** The name and the one argument of the event that a push is. */
function eventOf(push: Push): readonly [string, string] {
  switch (push.type) {
    case "publication":
      return ["publication", publicationOf(push.publication, push.channel)];
    case "join":
    case "leave":
      return [push.type, json([`"channel":${JSON.stringify(push.channel)}`, `"info":${infoOf(push.info)}`])];
    case "subscribe": {
      const { recoverable, position, data } = push.result;
      const fields = [`"channel":${JSON.stringify(push.channel)}`];
      if (recoverable && position) fields.push(positionOf(position));
      if (data !== undefined) fields.push(`"data":${embed(data)}`);
      return ["subscribed", json(fields)];
    }
    case "unsubscribe": {
      const { channel, code, reason } = push;
      return ["unsubscribed", JSON.stringify({ channel, code, reason })];
    }
    case "message":
      return ["message", embed(push.data)];
    case "refresh":
      return ["refreshed", JSON.stringify(push.expires ? { ttl: push.ttl } : {})];
    case "disconnect": {
      const { code, reason, reconnect } = push;
      return ["disconnected", JSON.stringify({ code, reason, reconnect })];
    }
    case "connect":
    case "ping":
      throw new Error(`Socket.IO has its own form of ${push.type}`);
  }
}

/** Pushes as events of the Socket.IO namespace "/", each one whole Engine.IO packet. */
export const pushEncoder: Encoder = {
  id: "socketio",
  encode(push) {
    const [event, argument] = eventOf(push);
    return `42["${event}",${argument}]`;
  },
};
