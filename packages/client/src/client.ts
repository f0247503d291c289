import type { HasDefinitions } from "@altavoz/events";
import { type Channel, createChannel } from "./channel.ts";
import { type ChannelCore, type ChannelOptions, createChannelCore } from "./channel-core.ts";
import { type ConnectionState, createConnection } from "./connection.ts";
import type { WebSocketConstructor } from "./endpoints.ts";
import { type Clock, systemClock } from "./kit/clock.ts";
import { browserPage, type Page } from "./kit/page.ts";
import { createPresence, type Presence } from "./presence.ts";
import { createPublishQueue, type QueueOptions, type QueueState } from "./publishing/publish-queue.ts";
import { createEventReader, type InvalidEvent } from "./read-event.ts";
import type { Store } from "./store.ts";
import type { ChannelDraft, ChannelEvent, ChannelName, ClientCatalogue } from "./typed-channels.ts";

export interface ClientOptions<C extends ClientCatalogue = HasDefinitions> {
  /** Where the hub is: `wss://events.example.com/connection/websocket`; a bare origin or a path of this one will do. */
  readonly url?: string;
  /** Several addresses of one hub; the next is tried when one does not answer. */
  readonly urls?: readonly string[];
  /** For credentials that do not expire. Everybody else hands in `getToken`. */
  readonly token?: string;
  /**
   * Asks the application's own server for a connection token: before connecting and before the token expires, one request
   * at a time. `null` means that the user is signed out; an error, that it is worth asking again.
   */
  readonly getToken?: () => Promise<string | null>;
  /**
   * Which events which channel carries. Types names and events, and reads what arrives: aliases, older versions, fields
   * beside the data. For the types alone, without its code: `createClient<typeof catalogue>({ … })`.
   */
  readonly catalogue?: C;
  /** Is told of what is no event of its channel; nobody else hears of it. Default: shown like an uncaught error. */
  readonly onInvalid?: (invalid: InvalidEvent) => void;
  /** What happens to publications while there is no connection. */
  readonly queue?: QueueOptions;
  /** For runtimes without a `WebSocket` of their own, such as Node before 22. */
  readonly websocket?: WebSocketConstructor;
  /** Away for longer than this is called stale. */
  readonly staleAfterMs?: number;
  /** How long a subscription outlives its last listener: a page that mounts twice subscribes once. */
  readonly graceMs?: number;
  /** How long the connection outlives its last subscription. */
  readonly idleMs?: number;
  /** The shortest and the longest pause between two attempts; between them they grow, and chance spreads them. */
  readonly minBackoffMs?: number;
  readonly maxBackoffMs?: number;
  /** When a page becomes visible again after so long a silence, its connection is taken for dead. More than the hub's ping interval. */
  readonly silenceMs?: number;
  readonly clock?: Clock;
  readonly page?: Page;
}

/** One connection to the hub, shared by all who use it. Opens with the first use; makes no socket before. */
export interface Client<C extends HasDefinitions = HasDefinitions> {
  readonly connection: Store<ConnectionState>;
  /** A view of the one subscription that all views of this name share. The options of who opens it count. */
  readonly channel: <const Name extends ChannelName<C>>(
    name: Name,
    options?: ChannelOptions,
  ) => Channel<ChannelEvent<C, Name>>;
  readonly presence: <Info = unknown>(channel: ChannelName<C>) => Presence<Info>;
  /**
   * Resolves when the hub has acknowledged it; without a connection it waits in a queue, in order. Rejects with a
   * `PublishError` when it will never be published. At least once: whoever hears an event's id twice heard it once.
   */
  readonly publish: <const Name extends ChannelName<C>>(channel: Name, event: ChannelDraft<C, Name>) => Promise<void>;
  /** What waits to be published, and what was dropped. */
  readonly queue: Store<QueueState>;
  /** Opens the connection and keeps it open, with or without channels. After `failed`: tries again. */
  readonly connect: () => void;
  /** Ends all at once. Whoever listens afterwards opens it again. */
  readonly close: () => void;
}

export function createClient<const C extends ClientCatalogue = HasDefinitions>(options: ClientOptions<C>): Client<C> {
  const { clock = systemClock, page = browserPage(), graceMs = 50, staleAfterMs = 10_000 } = options;
  const connection = createConnection({
    urls: urlsOf(options),
    token: options.token,
    getToken: options.getToken,
    websocket: options.websocket,
    minBackoffMs: options.minBackoffMs ?? 500,
    maxBackoffMs: options.maxBackoffMs ?? 20_000,
    idleMs: options.idleMs ?? 5_000,
    silenceMs: options.silenceMs ?? 40_000,
    staleAfterMs,
    clock,
    page,
  });
  const queue = createPublishQueue({ connection, clock, retryMs: 1_000 }, options.queue);
  const read = createEventReader(options);
  const cores = new Map<string, ChannelCore>();
  const open = (name: string, channel: ChannelOptions = {}): ChannelCore => {
    const found = cores.get(name);
    if (found) return found;
    const core = createChannelCore({
      name,
      connection,
      clock,
      graceMs,
      staleAfterMs,
      channel,
      read,
      closed: () => {
        cores.delete(name);
      },
    });
    cores.set(name, core);
    return core;
  };
  let isKept = false;
  return {
    connection: { get: connection.get, subscribe: connection.subscribe },
    channel: (name, channelOptions) =>
      createChannel(name, { open: () => open(name, channelOptions), peek: () => cores.get(name) }),
    presence: (name) => createPresence(() => open(name)),
    publish: queue.publish,
    queue: { get: queue.get, subscribe: queue.subscribe },
    connect() {
      if (!isKept) connection.hold();
      isKept = true;
      connection.retry();
      for (const core of cores.values()) core.retry();
    },
    close() {
      isKept = false;
      queue.close();
      for (const core of [...cores.values()]) core.close();
      connection.close();
    },
  };
}

function urlsOf({ url, urls = url ? [url] : [] }: Pick<ClientOptions, "url" | "urls">): readonly string[] {
  if (urls.length === 0) throw new TypeError("createClient needs the hub's address: url or urls");
  return urls;
}
