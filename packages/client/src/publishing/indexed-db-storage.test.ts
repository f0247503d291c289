import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { IDBFactory } from "fake-indexeddb";
import { ANA, openStage, type Stage } from "../bindings/stage.fixture.ts";
import { type Client, createClient } from "../client.ts";
import { until } from "../until.fixture.ts";
import { createIndexedDbStorage, type IndexedDbOptions } from "./indexed-db-storage.ts";
import type { QueuedPublish, QueueStorage } from "./publish-queue.ts";

/** The locks of a browser: `end` is the end of a page that held one. */
function createLocks(): { readonly locks: NonNullable<IndexedDbOptions["locks"]>; readonly end: () => void } {
  let held: string[] = [];
  return {
    locks: {
      request: (name: string, ...rest: readonly unknown[]) => {
        held.push(name);
        return (rest.at(-1) as () => Promise<never>)();
      },
      query: async () => ({ held: held.map((name) => ({ name })), pending: [] }),
    },
    end: () => {
      held = [];
    },
  };
}

let lastId = 0;
function publish(channel = "notes"): QueuedPublish {
  lastId += 1;
  return { id: `p${lastId}`, channel, data: { n: lastId }, at: lastId };
}

const ids = async (storage: QueueStorage): Promise<string[]> => (await storage.load()).map(({ id }) => id);

describe("IndexedDB storage", () => {
  it("gives what a page left to the next one, the oldest first, until it is published", async () => {
    const databases = new IDBFactory();
    const { locks, end } = createLocks();
    const first = createIndexedDbStorage("ana", { databases, locks });
    const left = [publish(), publish(), publish()];
    for (const each of [...left].reverse()) await first.put(each);
    end();
    const second = createIndexedDbStorage("ana", { databases, locks });
    assert.deepEqual(await second.load(), left);
    await second.remove(left[0]?.id ?? "");
    end();
    assert.deepEqual(
      await ids(createIndexedDbStorage("ana", { databases, locks })),
      left.slice(1).map(({ id }) => id),
    );
  });

  it("leaves to a page that is open what it is about to publish itself", async () => {
    const databases = new IDBFactory();
    const { locks, end } = createLocks();
    const open = createIndexedDbStorage("ana", { databases, locks });
    const kept = publish();
    await open.put(kept);
    const other = createIndexedDbStorage("ana", { databases, locks });
    assert.deepEqual(await ids(other), []);
    end();
    assert.deepEqual(await ids(createIndexedDbStorage("ana", { databases, locks })), [kept.id]);
  });

  it("keeps what one user left from another", async () => {
    const databases = new IDBFactory();
    const { locks, end } = createLocks();
    await createIndexedDbStorage("ana", { databases, locks }).put(publish());
    end();
    assert.deepEqual(await ids(createIndexedDbStorage("eva", { databases, locks })), []);
  });
});

describe("queue in IndexedDB", () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage({
      channel: { namespaces: [{ name: "open", allow_publish_for_client: true, allow_subscribe_for_client: true }] },
    });
  });
  after(() => stage.close());

  const open = (storage: QueueStorage): Client =>
    createClient({
      url: stage.url,
      getToken: () => stage.hub.token(ANA),
      minBackoffMs: 1,
      maxBackoffMs: 20,
      queue: { storage },
    });

  it("publishes after a reload what was written without a connection, before what is new", async () => {
    const databases = new IDBFactory();
    const { locks, end } = createLocks();
    stage.gate.cut();
    const storage = createIndexedDbStorage("ana", { databases, locks });
    const before = open(storage);
    for (const n of [1, 2]) void before.publish("open:notes", { n });
    await until(before.connection, ({ attempts }) => attempts > 0);
    // What is asked last of a database is done last.
    await storage.remove("nothing");
    before.close();
    end();
    stage.gate.restore();

    const listener = createClient({ url: stage.hub.websocketUrl, getToken: () => stage.hub.token(ANA) });
    const heard: unknown[] = [];
    const channel = listener.channel("open:notes");
    channel.onEvent((event) => heard.push(event));
    await until(channel, ({ status }) => status === "live");
    const next = createIndexedDbStorage("ana", { databases, locks });
    const after = open(next);
    await after.publish("open:notes", { n: 3 });
    assert.deepEqual(heard.slice(0, 2), [{ n: 1 }, { n: 2 }]);
    await until(channel, () => heard.length === 3);
    await until(after.queue, ({ waiting }) => waiting === 0);
    after.close();
    listener.close();
    end();
    assert.deepEqual(await ids(createIndexedDbStorage("ana", { databases, locks })), []);
  });
});
