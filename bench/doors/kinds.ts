import { apiRequest } from "../generator/publisher.ts";
import type { Broadcast } from "../servers/socketio-application.ts";
import { liveChannel, type RunningServer } from "../servers/target.ts";

export type KindId = "room" | "except" | "union" | "volatile" | "binary";

/** One way of saying something to many. */
export interface Kind {
  readonly id: KindId;
  readonly title: string;
  /** Where those who are to get it are; they take turns. */
  readonly places: readonly string[];
  /** One in a hundred is here, and is to get nothing; absent: nobody. */
  readonly leftOut?: string;
  /** How it is published, besides the data. */
  readonly terms: Omit<Broadcast, "data">;
  /** Whether what does not fit into a socket at once may be left out. */
  readonly mayLose: boolean;
}

const room = { channel: liveChannel };
const left = "bench:left";
const right = "bench:right";
const muted = "bench:muted";

/** What every contender can. */
export const toRoom: Kind = { id: "room", title: "to a room", places: [liveChannel], terms: room, mayLose: false };

export const kinds: readonly Kind[] = [
  toRoom,
  {
    id: "except",
    title: "except 1 in 100",
    places: [liveChannel],
    leftOut: `${liveChannel} ${muted}`,
    terms: { ...room, except: muted },
    mayLose: false,
  },
  {
    id: "union",
    title: "to two rooms, a third in both",
    places: [left, `${left} ${right}`, right],
    terms: { channel: `${left} ${right}` },
    mayLose: false,
  },
  { id: "volatile", title: "volatile", places: [liveChannel], terms: { ...room, volatile: true }, mayLose: true },
  { id: "binary", title: "binary", places: [liveChannel], terms: { ...room, binary: true }, mayLose: false },
];

export function broadcastRequest({ terms }: Kind): (server: RunningServer, channel: string, payload: string) => Buffer {
  const rest = JSON.stringify(terms).slice(1);
  return (server, _channel, payload) => apiRequest(server, "publish", `{"data":${payload},${rest}`);
}
