import { everyWay, type Way } from "../../conformance/src/stage/ways.ts";
import type { Heard, Subscriber } from "./ledger.ts";

type Client = ReturnType<Way["client"]>;
type Subscription = ReturnType<Client["newSubscription"]>;

export interface FleetOptions {
  readonly clients: number;
  readonly channels: readonly string[];
  /** Where all connect: whatever stands before the nodes. */
  readonly websocketUrl: string;
  readonly token: (user: string) => Promise<string>;
}

/** Official clients, most of them over WebSocket, that write down what they hear. */
export interface Fleet {
  readonly subscribers: readonly Subscriber[];
  /** When a client connected again. */
  readonly reconnects: readonly number[];
  /** Why clients were disconnected or unsubscribed, and how often. */
  readonly partings: ReadonlyMap<string, number>;
  /** Subscriptions that are live now. */
  readonly live: number;
  /** Whether each subscriber has heard what its channel's entry names. */
  haveHeard(ids: ReadonlyMap<string, string>): boolean;
  /** From now on nothing is written down. */
  close(): void;
}

const CHANNELS_PER_CLIENT = 2;
const JOIN_AT_ONCE = 20;
/** Of ten clients seven use WebSocket, and one each http_stream, SSE and Protobuf over WebSocket. */
const WAYS: readonly string[] = [
  "JSON over http_stream",
  "JSON over WebSocket",
  "JSON over WebSocket",
  "JSON over sse",
  "JSON over WebSocket",
  "JSON over WebSocket",
  "Protobuf over WebSocket",
  "JSON over WebSocket",
  "JSON over WebSocket",
  "JSON over WebSocket",
];
const IMPATIENT = { minReconnectDelay: 200, maxReconnectDelay: 2_000, timeout: 5_000, maxServerPingDelay: 3_000 };
const RESUBSCRIBE = { minResubscribeDelay: 50, maxResubscribeDelay: 1_000 };

interface Member {
  readonly client: Client;
  readonly subscriptions: readonly Subscription[];
}

interface Writer extends Subscriber {
  readonly heard: Heard[];
}

/** What all members of a fleet write into. */
interface Book {
  closed: boolean;
  readonly subscribers: Writer[];
  readonly reconnects: number[];
  readonly partings: Map<string, number>;
}

export async function gatherFleet(options: FleetOptions): Promise<Fleet> {
  const book: Book = { closed: false, subscribers: [], reconnects: [], partings: new Map() };
  const members: Member[] = [];
  const close = (): void => {
    book.closed = true;
    for (const { client } of members) client.disconnect();
  };
  const join = async (index: number): Promise<void> => {
    const member = await enlist(index, options, book);
    members.push(member);
    member.client.connect();
    await Promise.all(member.subscriptions.map((subscription) => subscription.ready()));
  };
  try {
    for (let first = 0; first < options.clients; first += JOIN_AT_ONCE) {
      const count = Math.min(JOIN_AT_ONCE, options.clients - first);
      await Promise.all(Array.from({ length: count }, (_, i) => join(first + i)));
    }
  } catch (error) {
    close();
    throw error;
  }
  const { subscribers, reconnects, partings } = book;
  return {
    subscribers,
    reconnects,
    partings,
    get live() {
      return members.flatMap(({ subscriptions }) => subscriptions).filter(({ state }) => state === "subscribed").length;
    },
    haveHeard: (ids) =>
      subscribers.every(({ channel, heard }) =>
        heard.some((entry) => entry.what === "publication" && entry.id === ids.get(channel)),
      ),
    close,
  };
}

/** A client with its subscriptions, not yet connected. */
async function enlist(index: number, { channels, websocketUrl, token }: FleetOptions, book: Book): Promise<Member> {
  const way = everyWay.find(({ name }) => name === WAYS[index % WAYS.length]);
  if (!way) throw new Error(`no client connects over ${WAYS[index % WAYS.length]}`);
  const client = way.client(websocketUrl, { ...IMPATIENT, token: await token(`user-${index}`) });
  let connections = 0;
  client.on("connected", () => {
    if (connections++ > 0 && !book.closed) book.reconnects.push(performance.now());
  });
  client.on("connecting", ({ code, reason }) => {
    if (connections > 0) part(book, `${code} ${reason}`);
  });
  const subscriptions = Array.from({ length: Math.min(CHANNELS_PER_CLIENT, channels.length) }, (_, i) => {
    const channel = channels[(index + i) % channels.length];
    if (channel === undefined) throw new Error("no channels");
    const writer: Writer = { name: `${index}, ${way.name}`, channel, heard: [] };
    book.subscribers.push(writer);
    return subscribe(client, writer, book);
  });
  return { client, subscriptions };
}

function subscribe(client: Client, { channel, heard }: Writer, book: Book): Subscription {
  const note = (entry: Heard): void => void (book.closed || heard.push(entry));
  const subscription = client.newSubscription(channel, RESUBSCRIBE);
  let recovering = false;
  subscription.on("publication", ({ data, offset = 0 }) => {
    const { id } = data as { readonly id: string };
    note({ what: "publication", at: performance.now(), id, offset, recovered: recovering });
  });
  subscription.on("subscribed", ({ wasRecovering, recovered, streamPosition }) => {
    const { offset, epoch } = streamPosition ?? { offset: 0, epoch: "" };
    const position = { offset, epoch };
    note({ what: "subscribed", at: performance.now(), recovering: wasRecovering, recovered, position });
    // The client hands on what came with the answer before it returns.
    recovering = recovered;
    queueMicrotask(() => {
      recovering = false;
    });
  });
  for (const event of ["subscribing", "unsubscribed"] as const) {
    subscription.on(event, ({ code, reason }: { readonly code: number; readonly reason: string }) => {
      note({ what: "away", at: performance.now(), code, ended: event === "unsubscribed" });
      // Lower codes are the client's own: it has just told about its connection.
      if (code >= 2_000) part(book, `${code} ${reason}`);
    });
  }
  client.on("disconnected", ({ code }) => note({ what: "away", at: performance.now(), code, ended: true }));
  subscription.subscribe();
  return subscription;
}

function part({ closed, partings }: Book, why: string): void {
  if (!closed) partings.set(why, (partings.get(why) ?? 0) + 1);
}
