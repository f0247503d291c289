import { readdir, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import type {
  RedisServer,
  RedisServerOptions,
} from "../../../packages/server/src/engines/redis/processes/redis-server.fixture.ts";
import type { Scenario } from "../scenario.ts";
import { onRedis } from "./grounds.ts";

interface Persistence {
  readonly name: string;
  readonly about: string;
  readonly keepsAll: boolean;
  readonly options: RedisServerOptions;
  readonly short?: true;
  /** While it is down. */
  readonly meanwhile?: (redis: RedisServer) => Promise<void>;
}

const killed = ({ name, about, options, meanwhile, ...promises }: Persistence): Scenario => ({
  name: `redis-killed-${name}`,
  about: `kill -9 of Redis, started again after 2 s, ${about}`,
  ...promises,
  begin: onRedis(options, async ({ pass }, redis) => {
    await redis.kill();
    await meanwhile?.(redis);
    await pass(2);
    await redis.restart();
  }),
});

/** What a loss of power does to a file that is not flushed at every write: its end is gone. */
async function loseTail({ folder }: RedisServer): Promise<void> {
  const parts = join(folder, "appendonlydir");
  for (const file of (await readdir(parts)).filter((name) => name.endsWith(".incr.aof"))) {
    const { size } = await stat(join(parts, file));
    await truncate(join(parts, file), Math.floor(size * KEPT_SHARE));
  }
}

const KEPT_SHARE = 0.7;

export const redisKilled: readonly Scenario[] = [
  killed({
    name: "always",
    about: "appendfsync always",
    keepsAll: true,
    short: true,
    options: { appendfsync: "always" },
  }),
  killed({ name: "everysec", about: "appendfsync everysec", keepsAll: false, options: { appendfsync: "everysec" } }),
  killed({
    name: "tail",
    about: "appendfsync everysec, and the end of the file is gone as after a loss of power",
    keepsAll: false,
    short: true,
    options: { appendfsync: "everysec" },
    meanwhile: loseTail,
  }),
  killed({ name: "nothing", about: "nothing on disk", keepsAll: false, short: true, options: {} }),
];
