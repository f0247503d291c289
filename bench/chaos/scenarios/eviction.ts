import type { RedisServer } from "../../../packages/server/src/engines/redis/processes/redis-server.fixture.ts";
import type { Scenario } from "../scenario.ts";
import { onRedis } from "./grounds.ts";

const FILLER_BYTES = 256 * 1_024;
const LIMIT = 1_000;

export const eviction: Scenario = {
  name: "eviction",
  about: "Redis is full and evicts streams and all else at random (maxmemory-policy allkeys-random)",
  keepsAll: false,
  begin: onRedis({ maxmemory: "16mb", maxmemoryPolicy: "allkeys-random" }, async ({ calm }, redis) => {
    for (let round = 0; round < 3; round++) {
      await fillUntilStreamsGo(redis, round);
      await calm(3);
    }
    await redis.call("CONFIG", "SET", "maxmemory", 0);
  }),
};

async function fillUntilStreamsGo(redis: RedisServer, round: number): Promise<void> {
  const ours = async (): Promise<number> => ((await redis.call("KEYS", "altavoz*")) as readonly string[]).length;
  const before = await ours();
  for (let n = 0; n < LIMIT; n++) {
    await redis.call("SET", `filler:${round}:${n}`, "x".repeat(FILLER_BYTES));
    if (n % 10 === 0 && (await ours()) < before - 1) return;
  }
  throw new Error("Redis evicted nothing of ours");
}
