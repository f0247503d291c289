import { randomId } from "../kit/ids.ts";
import type { QueuedPublish, QueueStorage } from "./publish-queue.ts";

interface Row extends QueuedPublish {
  /** The page that publishes it; a lock of this name is held for as long as the page lives. */
  readonly owner: string;
}

/** What of the browser it uses. */
export interface IndexedDbOptions {
  readonly databases?: IDBFactory;
  /** Where there are none, a queue has one page. */
  readonly locks?: Pick<LockManager, "request" | "query">;
}

const STORE = "publishes";

/**
 * Keeps a queue in the browser, so that it outlives its page. `name` must name the user too: what one user left behind is
 * not for the next to publish. Several pages share it: each publishes its own, and what pages that are gone have left.
 */
export function createIndexedDbStorage(
  name: string,
  { databases = globalThis.indexedDB, locks = globalThis.navigator?.locks }: IndexedDbOptions = {},
): QueueStorage {
  const owner = `altavoz:${name}:${randomId()}`;
  let opening: Promise<IDBDatabase> | undefined;
  const database = (): Promise<IDBDatabase> => {
    opening ??= open(databases, name).then(async (opened) => {
      if (locks) await holdUntilTheEnd(locks, owner);
      return opened;
    });
    return opening;
  };
  /** Resolves when what `task` did is kept. */
  const write = async <T>(task: (rows: IDBObjectStore) => Promise<T> | T): Promise<T> => {
    const transaction = (await database()).transaction(STORE, "readwrite");
    const ended = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    const result = await task(transaction.objectStore(STORE));
    await ended;
    return result;
  };
  return {
    async load() {
      await database();
      const alive = new Set((await locks?.query())?.held?.map((lock) => lock.name));
      return write(async (rows) => {
        const all = await answer<Row[]>(rows.getAll());
        const left = all
          .filter((row) => row.owner !== owner && !alive.has(row.owner))
          .sort((one, other) => one.at - other.at);
        for (const row of left) rows.put({ ...row, owner });
        return left.map(({ id, channel, data, at }) => ({ id, channel, data, at }));
      });
    },
    put: (publish) => write((rows) => void rows.put({ ...publish, owner })),
    remove: (id) => write((rows) => void rows.delete(id)),
  };
}

function open(databases: IDBFactory, name: string): Promise<IDBDatabase> {
  const request = databases.open(`altavoz:${name}`, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
  return answer(request);
}

const answer = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Resolves when the lock is held. The browser takes it back with the page, however that ends. */
function holdUntilTheEnd(locks: Pick<LockManager, "request">, name: string): Promise<void> {
  return new Promise((held, failed) => {
    const forever = (): Promise<never> => {
      held();
      return new Promise(() => {});
    };
    locks.request(name, forever).catch(failed);
  });
}
