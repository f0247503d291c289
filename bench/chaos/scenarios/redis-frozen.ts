import type { Scenario } from "../scenario.ts";
import { onRedis } from "./grounds.ts";

const frozen = (seconds: number): Scenario => ({
  name: `redis-frozen-${seconds}s`,
  about: `SIGSTOP of Redis for ${seconds} s`,
  keepsAll: true,
  begin: onRedis({}, async ({ pass }, redis) => {
    redis.pause();
    await pass(seconds);
    redis.resume();
  }),
});

export const redisFrozen: readonly Scenario[] = [frozen(5), frozen(40)];
