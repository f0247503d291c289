import type { Connection } from "../connection.ts";
import type { Clock } from "../kit/clock.ts";
import { randomId } from "../kit/ids.ts";
import { idOf } from "../recent.ts";
import { attempt, createCell, report, type Store } from "../store.ts";

/** Something to be published, from the call until the hub has acknowledged it. */
export interface QueuedPublish {
  readonly id: string;
  readonly channel: string;
  readonly data: unknown;
  /** When it was handed over, in milliseconds since 1970. */
  readonly at: number;
}

/** Where a queue outlives its page. Ids say what is meant; `put` of a known one changes nothing. */
export interface QueueStorage {
  /** What nobody else is about to publish, the oldest first. */
  load(): Promise<readonly QueuedPublish[]>;
  put(publish: QueuedPublish): Promise<void>;
  remove(id: string): Promise<void>;
}

export interface QueueOptions {
  /** So many may wait; who comes then is refused. Default: 1000. */
  readonly limit?: number;
  /** What waited longer is dropped: nobody wants to hear it any more. Default: a day. */
  readonly maxAgeMs?: number;
  readonly storage?: QueueStorage;
  /** Is told of everything that will not be published, also of what an earlier page left. */
  readonly onDrop?: (error: PublishError) => void;
}

export interface QueueState {
  /** Not acknowledged yet. */
  readonly waiting: number;
  /** How many were dropped, and the newest of them. */
  readonly dropped: number;
  readonly lastDrop?: PublishError;
}

/** It was not published and will not be. Codes from 100 on are the hub's; 0: the queue's own decision. */
export class PublishError extends Error {
  readonly code: number;
  readonly publish: QueuedPublish;

  constructor(publish: QueuedPublish, { code, message }: { readonly code: number; readonly message: string }) {
    super(`not published in ${publish.channel}: ${message}`);
    this.name = "PublishError";
    this.code = code;
    this.publish = publish;
  }
}

export interface PublishQueue extends Store<QueueState> {
  /** Resolves when the hub has acknowledged it, however long that takes; rejects with a `PublishError`. */
  readonly publish: (channel: string, data: unknown) => Promise<void>;
  /** Refuses what waits; with a storage it goes on waiting for the next use of the client, or the next page. */
  readonly close: () => void;
}

interface Entry extends QueuedPublish {
  readonly resolve: () => void;
  readonly reject: (error: PublishError) => void;
}

interface Failure {
  readonly code: number;
  readonly message: string;
  readonly temporary?: boolean;
}

const DAY_MS = 86_400_000;
const FIRST_HUB_CODE = 100;

/**
 * Publishes in order, one at a time in each channel, and keeps what cannot be sent now. A publication whose acknowledgement
 * got lost is sent again with the same id: it may reach the hub twice, and listeners of this library once.
 */
export function createPublishQueue(
  { connection, clock, retryMs }: { readonly connection: Connection; readonly clock: Clock; readonly retryMs: number },
  { limit = 1000, maxAgeMs = DAY_MS, storage, onDrop }: QueueOptions = {},
): PublishQueue {
  const cell = createCell<QueueState>({ waiting: 0, dropped: 0 });
  let entries: readonly Entry[] = [];
  const busy = new Set<string>();
  let isLoaded = !storage;
  let isClosed = false;
  let lastAt = 0;
  let release: (() => void)[] = [];
  /** Storage is a convenience: without it the queue works for as long as the page lives. */
  const store = (task: (to: QueueStorage) => Promise<unknown>): void => {
    if (storage) task(storage).catch(report);
  };

  const hold = (next: readonly Entry[]): void => {
    if (next.length > 0 && release.length === 0 && !isClosed) release = [connection.hold(), connection.subscribe(pump)];
    if (next.length === 0) for (const each of release.splice(0)) each();
    entries = next;
    cell.set({ ...cell.get(), waiting: next.length });
  };
  const leave = (entry: Entry): void => {
    hold(entries.filter((each) => each !== entry));
    store((to) => to.remove(entry.id));
  };
  const drop = (entry: Entry, failure: Failure): void => {
    const error = new PublishError({ id: entry.id, channel: entry.channel, data: entry.data, at: entry.at }, failure);
    cell.set({ ...cell.get(), dropped: cell.get().dropped + 1, lastDrop: error });
    if (onDrop) attempt(() => onDrop(error));
    entry.reject(error);
  };
  const send = async (entry: Entry): Promise<void> => {
    const { channel, data } = entry;
    busy.add(channel);
    try {
      await connection.centrifuge.publish(channel, data);
      entry.resolve();
      leave(entry);
      busy.delete(channel);
      pump();
    } catch (error) {
      failed(entry, error as Failure);
    }
  };
  const failed = (entry: Entry, error: Failure): void => {
    const free = (): void => {
      busy.delete(entry.channel);
      pump();
    };
    if (error.code >= FIRST_HUB_CODE && !error.temporary) {
      leave(entry);
      drop(entry, error);
      free();
    } else if (connection.get().status === "live") clock.after(retryMs, free);
    else free();
  };
  function pump(): void {
    if (!isLoaded || connection.get().status !== "live") return;
    for (const entry of entries) {
      if (busy.has(entry.channel)) continue;
      if (clock.now() - entry.at > maxAgeMs) {
        leave(entry);
        drop(entry, { code: 0, message: "it waited for too long" });
      } else void send(entry);
    }
  }

  if (storage) {
    const left = storage.load().catch((): readonly QueuedPublish[] => []);
    void left.then((found) => {
      isLoaded = true;
      hold([...found.map((each) => ({ ...each, resolve: () => {}, reject: () => {} })), ...entries]);
      pump();
    });
  }
  return {
    get: cell.get,
    subscribe: cell.subscribe,
    publish: (channel, written) =>
      new Promise((resolve, reject) => {
        isClosed = false;
        // No two at the same moment: what is read back from a storage is sorted by it.
        const at = Math.max(clock.now(), lastAt + 0.001);
        lastAt = at;
        const data = withId(written, at);
        const entry = { id: idOf(data) ?? randomId(), channel, data, at, resolve, reject };
        if (entries.length >= limit) {
          drop(entry, { code: 0, message: `${limit} others wait already` });
          return;
        }
        store((to) => to.put({ id: entry.id, channel, data, at }));
        hold([...entries, entry]);
        pump();
      }),
    close() {
      const left = entries;
      isClosed = true;
      for (const each of release.splice(0)) each();
      if (storage) return;
      hold([]);
      for (const entry of left) drop(entry, { code: 0, message: "the client was closed" });
    },
  };
}

/** An event without an id gets one, so that who hears it twice can tell; other data stays as it is. */
function withId(data: unknown, at: number): unknown {
  const isEvent = typeof data === "object" && data !== null && "type" in data && idOf(data) === undefined;
  return isEvent ? { timestamp: new Date(at).toISOString(), ...data, id: randomId() } : data;
}
