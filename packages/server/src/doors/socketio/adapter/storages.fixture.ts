import { createMemoryEngine, createMemorySpace } from "../../../engines/memory/index.ts";
import { createRedisEngine, createRedisLink } from "../../../engines/redis/index.ts";
import { startRedisServer } from "../../../engines/redis/processes/redis-server.fixture.ts";
import type { Engine } from "../../../hub/index.ts";
import { systemClock } from "../../../kit/clock.ts";
import { randomIds } from "../../../kit/ids.ts";
import { silentLog } from "../../../kit/log.ts";

/** Where channels are kept. */
export interface Storage {
  /** The returned function makes engines of nodes that are one cluster, and share nothing with other clusters. */
  cluster(): () => Engine;
  close(): Promise<void>;
}

const surroundings = { clock: systemClock, ids: randomIds, log: silentLog };

export const memoryStorage: Storage = {
  cluster() {
    const space = createMemorySpace(surroundings);
    return () => createMemoryEngine({ ...surroundings, space });
  },
  async close() {},
};

async function startRedisStorage(): Promise<Storage> {
  const server = await startRedisServer();
  const { host, port } = server;
  return {
    cluster() {
      const prefix = randomIds.letters(12);
      return () =>
        createRedisEngine({
          link: createRedisLink({ servers: [{ host, port }] }, surroundings),
          prefix,
          ...surroundings,
        });
    },
    close: () => server.stop(),
  };
}

/** What nodes of a Socket.IO server can meet in, by the words of a test's title. */
export const storages: Readonly<Record<string, () => Promise<Storage>>> = {
  "in memory": async () => memoryStorage,
  "over Redis": startRedisStorage,
};
