import { createHash } from "node:crypto";

/** The channel of a whole Socket.IO namespace, that of "/". */
const EVERYBODY = "all";
/** Where a room named `user:42`, without a resource, meets the channels of that user. */
const USER_RESOURCE = "events";
const LIMIT = 200;

/**
 * The channel in which the events of a Socket.IO room travel; without a room, those of the whole Socket.IO namespace. All
 * doors meet there:
 *
 * | Socket.IO | channel |
 * |---|---|
 * | everybody in `/` | `all` |
 * | room `x` of `/`, room `room:x` of `/` | `room:x` |
 * | room `user:42` of `/`, room `user:42:orders` of `/` | `user:42:events`, `user:42:orders` |
 * | everybody in `/shop`, its room `x` | `room:/shop`, `room:/shop:x` |
 *
 * No two rooms share a channel but `x` and `room:x`, two names that stand for one channel: what could be mistaken, or may not
 * stand in a channel name, is percent-encoded.
 */
export function roomToChannel(namespace: string, room?: string): string {
  if (namespace !== "/") {
    const place = encode(namespace.slice(1)).replaceAll(":", "%3A");
    return bounded(room === undefined ? `room:/${place}` : `room:/${place}:${encode(room)}`);
  }
  if (room === undefined) return EVERYBODY;
  const [, user, resource = USER_RESOURCE] = /^user:([^:]+)(?::(.+))?$/s.exec(room) ?? [];
  // `user:42:events` by its full name is another room than `user:42`.
  const isAlias = room === `user:${user}:${USER_RESOURCE}`;
  if (user !== undefined && !isAlias) return bounded(`user:${encode(user)}:${encode(resource)}`);
  return bounded(`room:${encode(room.replace(/^room:/, "")).replace(/^\//, "%2F")}`);
}

/** Printable ASCII stays, without the percent sign itself and the mark of user-limited channels. */
const encode = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[^!-~]|[%#]/gu, (character) =>
      [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join(""),
    );

/** A name that is too long for a channel stands for itself by its hash. */
function bounded(channel: string): string {
  if (channel.length <= LIMIT) return channel;
  const hash = createHash("sha256").update(channel).digest("base64url");
  const prefix = /^user:[^:]{1,100}:/.exec(channel)?.[0] ?? "room:";
  return `${prefix}%-${hash}`;
}
