import { isDeepStrictEqual } from "node:util";
import { io, type Socket } from "socket.io-client";
import { openPublisher } from "../generator/publisher.ts";
import { createToken } from "../generator/token.ts";
import { liveChannel, type RunningServer } from "../servers/target.ts";
import { broadcastRequest, type Kind, toRoom } from "./kinds.ts";

const patienceMs = 5_000;

export interface SocketIoForm {
  /** How a client asks to be where publications go. */
  subscription(place: string): unknown;
  /** The data of a publication, of what the client gets. */
  read(argument: unknown): unknown;
}

/** What an application sees that joins rooms of its own. */
export const roomForm: SocketIoForm = { subscription: (place) => place, read: (argument) => argument };

/** What a client of our own door sees. */
export const channelForm: SocketIoForm = {
  subscription: (channel) => ({ channel }),
  read: (argument) => (argument as { readonly data?: unknown }).data,
};

/** With official clients: each of those who are to get it gets it once, those who are left out get nothing. */
export async function checkSocketIo(server: RunningServer, kind: Kind, form: SocketIoForm): Promise<void> {
  const seen = (data: object): unknown => (kind.terms.binary ? Buffer.from(JSON.stringify(data)) : data);
  const [data, last] = [{ said: kind.title }, { said: "the end" }];
  const places = kind.leftOut === undefined ? kind.places : [...kind.places, kind.leftOut];
  const clients = await Promise.all(places.map((place) => join(server, place, form)));
  const publisher = await openPublisher(server);
  const publish = (how: Kind, what: object): Promise<void> =>
    publisher.send(broadcastRequest(how)(server, liveChannel, JSON.stringify(what)));
  try {
    await publish(kind, data);
    await Promise.all(clients.map((client, i) => client.heard(places[i] === kind.leftOut ? 0 : 1)));
    // Whatever came twice, or to the wrong one, is there before this.
    await publish(kind.leftOut === undefined ? kind : toRoom, last);
    for (const [i, { heard, events }] of clients.entries()) {
      const wanted = places[i] === kind.leftOut ? [seen(last)] : [seen(data), seen(last)];
      await heard(wanted.length);
      if (isDeepStrictEqual(events, wanted)) continue;
      throw new Error(`${kind.title}: an official client in ${places[i]} got ${JSON.stringify(events)}`);
    }
  } finally {
    publisher.close();
    for (const { socket } of clients) socket.disconnect();
  }
}

interface OfficialClient {
  readonly socket: Socket;
  readonly events: readonly unknown[];
  /** Resolves when there are that many; rejects after a while. */
  readonly heard: (count: number) => Promise<void>;
}

async function join(server: RunningServer, place: string, form: SocketIoForm): Promise<OfficialClient> {
  const socket = io(`http://${server.host}:${server.port}`, {
    transports: ["websocket"],
    forceNew: true,
    reconnection: false,
    auth: { token: createToken(server.hmacSecret, "official") },
  });
  const events: unknown[] = [];
  let arrived = Promise.withResolvers<void>();
  socket.on("publication", (argument: unknown) => {
    events.push(form.read(argument));
    arrived.resolve();
    arrived = Promise.withResolvers();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("connect_error", reject);
  });
  await socket.timeout(patienceMs).emitWithAck("subscribe", form.subscription(place));
  return {
    socket,
    events,
    async heard(count) {
      const late = Bun.sleep(patienceMs).then(() => {
        throw new Error(`an official client in ${place} heard ${events.length} of ${count} publications`);
      });
      late.catch(() => {});
      while (events.length < count) await Promise.race([arrived.promise, late]);
    },
  };
}
