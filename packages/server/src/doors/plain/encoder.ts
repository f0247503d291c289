import type { ClientInfo, Encoder, Payload, Push } from "../../hub/index.ts";
import { authErrorOf } from "./closing.ts";
import { eventId } from "./event-id.ts";

type PublicationPush = Extract<Push, { type: "publication" }>;

/** JSON goes in as it is; bytes, which JSON cannot hold, as a base64 text. */
export const embed = (payload: Payload): string =>
  typeof payload === "string" ? payload : `"${Buffer.from(payload).toString("base64")}"`;

export const person = ({ user, client }: ClientInfo): { user: string; client: string } => ({ user, client });

/** Whole frames: `{"type":"event","channel":…,"id":…,"event":…}`. */
export const plainEncoder: Encoder = { id: "plain", encode: (push) => encode(push, framed) };

/** Publications are the bare events themselves; everything else is an event of a type of its own. */
export const bareEncoder: Encoder = {
  id: "plain-bare",
  encode: (push) => encode(push, ({ publication }) => embed(publication.data)),
};

function framed({ channel, publication, epoch }: PublicationPush): string {
  const { offset, data, info, tags, channel: publishedIn } = publication;
  const head = JSON.stringify({
    type: "event",
    channel,
    ...(offset > 0 ? { id: eventId({ offset, epoch }) } : {}),
    ...(info ? { from: person(info) } : {}),
    ...(tags ? { tags } : {}),
    ...(publishedIn === undefined ? {} : { publishedIn }),
  });
  return `${head.slice(0, -1)},"event":${embed(data)}}`;
}

function encode(push: Push, encodePublication: (push: PublicationPush) => string): string {
  switch (push.type) {
    case "publication":
      return encodePublication(push);
    case "message":
      return `{"type":"message","data":${embed(push.data)}}`;
    case "join":
    case "leave":
      return JSON.stringify({ type: push.type, channel: push.channel, ...person(push.info) });
    case "subscribe": {
      const { position } = push.result;
      const lastEventId = position ? { lastEventId: eventId(position) } : {};
      return JSON.stringify({ type: "subscribed", channel: push.channel, ...lastEventId });
    }
    case "unsubscribe":
      return JSON.stringify({ type: "unsubscribed", channel: push.channel, code: push.code, reason: push.reason });
    case "refresh":
      return JSON.stringify({ type: "refreshed", ...(push.expires ? { expiresInSeconds: push.ttl } : {}) });
    case "disconnect": {
      const { code, reason, reconnect } = push;
      const refused = authErrorOf(code);
      return JSON.stringify(
        refused
          ? { type: "auth_error", code: refused.code, message: refused.message }
          : { type: "disconnect", code, reason, reconnect },
      );
    }
    // Not of this door: it answers auth itself, and its pings are those of WebSocket.
    case "connect":
    case "ping":
      return JSON.stringify({ type: push.type });
  }
}
