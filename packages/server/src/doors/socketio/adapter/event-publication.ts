import type { Publication } from "../../../hub/index.ts";
import { hasBytes, pack, unpack } from "./packed.ts";

/** A Socket.IO event as it travels in a channel, readable through every door: `{"event": "sale", "args": [7]}`. */
export interface EventPublication {
  readonly event: string;
  readonly args: readonly unknown[];
  /** Bytes in `args` stand as `{"$bytes": "<base64>"}`. */
  readonly binary?: boolean;
  /** Rooms and socket ids that do not get it. */
  readonly except?: readonly string[];
  /** Which rooms are meant, where the channel stands for several; without it all of them. */
  readonly rooms?: readonly string[];
  /** Left out for a client whose queue is not empty. */
  readonly volatile?: boolean;
}

/** The event by which a publication that is no Socket.IO event reaches Socket.IO clients. */
export const FOREIGN_EVENT = "publication";

/** Names that mean something to the client itself. */
const reserved: ReadonlySet<unknown> = new Set([
  "connect",
  "connect_error",
  "disconnect",
  "disconnecting",
  "newListener",
  "removeListener",
]);

/** Throws when the arguments cannot be written as JSON. */
export function encodeEvent(
  packet: readonly unknown[],
  rest: Omit<EventPublication, "event" | "args" | "binary">,
): string {
  const [event, ...args] = packet;
  if (hasBytes(args)) return JSON.stringify({ event, args: pack(args), binary: true, ...rest });
  return JSON.stringify({ event, args, ...rest });
}

const strings = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];

/** Any publication as one event: its own when it is one, else `publication` with what it holds. */
export function decodeEvent(channel: string, publication: Publication): EventPublication {
  const { data } = publication;
  const value = typeof data === "string" ? parse(data) : data;
  if (typeof value === "object" && value !== null && "event" in value && "args" in value) {
    const { event, args, binary, except, rooms, volatile } = value as Readonly<Record<string, unknown>>;
    if (typeof event === "string" && Array.isArray(args) && !reserved.has(event)) {
      return {
        event,
        args: binary === true ? (unpack(args) as unknown[]) : args,
        except: strings(except),
        rooms: strings(rooms),
        volatile: volatile === true,
      };
    }
  }
  const { offset, tags } = publication;
  const about = { channel, data: value, ...(offset > 0 ? { offset } : {}), ...(tags ? { tags } : {}) };
  return { event: FOREIGN_EVENT, args: [about] };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
