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

export interface QueueContext {
  readonly connection: Connection;
  readonly clock: Clock;
  /** The pause after which a hub that has no time now is asked again. */
  readonly retryMs: number;
}

/**
 * Publishes in order, one at a time in each channel, and keeps what cannot be sent now. A publication whose acknowledgement
 * got lost is sent again with the same id: it may reach the hub twice, and listeners of this library once.
 */
export function createPublishQueue(
  context: QueueContext,
  { limit = 1000, maxAgeMs = DAY_MS, storage, onDrop }: QueueOptions = {},
): PublishQueue {
  const { connection, clock } = context;
  const cell = createCell<QueueState>({ waiting: 0, dropped: 0 });
  let entries: readonly Entry[] = [];
  let isLoaded = !storage;
  let isClosed = false;
  let lastAt = 0;
  let release: (() => void)[] = [];
  /** Storage is a convenience: without it the queue works for as long as the page lives. */
  const store = (task: (to: QueueStorage) => Promise<unknown>): void => {
    if (storage) task(storage).catch(report);
  };
  const wait = (next: readonly Entry[]): void => {
    if (next.length > 0 && release.length === 0 && !isClosed) release = [connection.hold(), connection.subscribe(pump)];
    if (next.length === 0) for (const each of release.splice(0)) each();
    entries = next;
    cell.set({ ...cell.get(), waiting: next.length });
  };
  const leave = (entry: Entry): void => {
    wait(entries.filter((each) => each !== entry));
    store((to) => to.remove(entry.id));
  };
  const drop = ({ resolve: _, reject, ...publish }: Entry, failure: Failure): void => {
    const error = new PublishError(publish, failure);
    cell.set({ ...cell.get(), dropped: cell.get().dropped + 1, lastDrop: error });
    if (onDrop) attempt(() => onDrop(error));
    reject(error);
  };
  const pump = createSender(context, {
    next: () => (isLoaded ? entries : []),
    isOld: ({ at }) => clock.now() - at > maxAgeMs,
    taken(entry) {
      entry.resolve();
      leave(entry);
    },
    refused(entry, failure) {
      leave(entry);
      drop(entry, failure);
    },
  });
  const loaded = (found: readonly QueuedPublish[]): void => {
    isLoaded = true;
    wait([...found.map((each) => ({ ...each, resolve: () => {}, reject: () => {} })), ...entries]);
    pump();
  };
  storage?.load().then(loaded, () => loaded([]));
  return {
    get: cell.get,
    subscribe: cell.subscribe,
    publish: (channel, written) =>
      new Promise((resolve, reject) => {
        isClosed = false;
        // No two at the same moment: what is read back from a storage is sorted by it.
        const at = Math.max(clock.now(), lastAt + 0.001);
        lastAt = at;
        const data = draft(written, at);
        const publish = { id: idOf(data) ?? randomId(), channel, data, at };
        const entry = { ...publish, resolve, reject };
        if (entries.length < limit) {
          store((to) => to.put(publish));
          wait([...entries, entry]);
          pump();
        } else drop(entry, { code: 0, message: `${limit} others wait already` });
      }),
    close() {
      const left = entries;
      isClosed = true;
      for (const each of release.splice(0)) each();
      if (storage) return;
      wait([]);
      for (const entry of left) drop(entry, { code: 0, message: "the client was closed" });
    },
  };
}

interface SenderEvents {
  /** Everything that waits, the oldest first. */
  readonly next: () => readonly Entry[];
  readonly isOld: (entry: Entry) => boolean;
  readonly taken: (entry: Entry) => void;
  readonly refused: (entry: Entry, failure: Failure) => void;
}

/** The returned function sends what can be sent now. What the connection lost, or the hub has no time for, stays in its place. */
function createSender(
  { connection, clock, retryMs }: QueueContext,
  { next, isOld, taken, refused }: SenderEvents,
): () => void {
  const busy = new Set<string>();
  const isLive = (): boolean => connection.get().status === "live";
  const pump = (): void => {
    if (!isLive()) return;
    for (const entry of next()) {
      if (busy.has(entry.channel)) continue;
      if (isOld(entry)) refused(entry, { code: 0, message: "it waited for too long" });
      else send(entry);
    }
  };
  const send = (entry: Entry): void => {
    const { channel, data } = entry;
    busy.add(channel);
    const free = (): void => {
      busy.delete(channel);
      pump();
    };
    connection.centrifuge.publish(channel, data).then(
      () => {
        taken(entry);
        free();
      },
      (error: Failure) => {
        const isFinal = error.code >= FIRST_HUB_CODE && !error.temporary;
        if (isFinal) refused(entry, error);
        if (isFinal || !isLive()) free();
        else clock.after(retryMs, free);
      },
    );
  };
  return pump;
}

/** As it is now, whatever becomes of the object. An event without an id gets one, so that who hears it twice can tell. */
function draft(written: unknown, at: number): unknown {
  const data: unknown = JSON.parse(JSON.stringify(written));
  const isEvent = typeof data === "object" && data !== null && "type" in data && idOf(data) === undefined;
  return isEvent ? { timestamp: new Date(at).toISOString(), ...data, id: randomId() } : data;
}
