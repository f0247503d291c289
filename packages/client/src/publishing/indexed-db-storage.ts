import { randomId } from "../kit/ids.ts";
import type { QueuedPublish, QueueStorage } from "./publish-queue.ts";

interface Row extends QueuedPublish {
  /** The page that publishes it; a lock of this name is held for as long as the page lives. */
  readonly owner: string;
}

const STORE = "publishes";

/**
 * Keeps a queue in the browser, so that it outlives its page. `name` must name the user too: what one user left behind is
 * not for the next to publish. Several pages share it: each publishes its own, and what pages that are gone have left.
 */
export function createIndexedDbStorage(name: string): QueueStorage {
  const owner = `altavoz:${name}:${randomId()}`;
  let opening: Promise<IDBDatabase> | undefined;
  const database = (): Promise<IDBDatabase> => {
    opening ??= open(name).then(async (opened) => {
      await holdLock(owner);
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
      const alive = await heldLocks();
      return write(async (rows) => {
        const all = await answer<Row[]>(rows.getAll());
        const left = all.filter((row) => !alive.has(row.owner)).sort((one, other) => one.at - other.at);
        for (const row of left) rows.put({ ...row, owner });
        return left.map(({ id, channel, data, at }) => ({ id, channel, data, at }));
      });
    },
    put: (publish) => write((rows) => void rows.put({ ...publish, owner })),
    remove: (id) => write((rows) => void rows.delete(id)),
  };
}

function open(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(`altavoz:${name}`, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
  return answer(request);
}

const answer = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Held until the page ends, however it ends. Where there are no locks, a queue has one page. */
function holdLock(name: string): Promise<void> {
  const { locks } = globalThis.navigator ?? {};
  if (!locks) return Promise.resolve();
  return new Promise((held) => {
    void locks.request(name, () => {
      held();
      return new Promise(() => {});
    });
  });
}

async function heldLocks(): Promise<ReadonlySet<string | undefined>> {
  const found = await globalThis.navigator?.locks?.query();
  return new Set(found?.held?.map(({ name }) => name));
}
