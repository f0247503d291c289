import type { Scenario } from "../scenario.ts";
import { onRedis } from "./grounds.ts";

const BURST_BYTES = 30_000;
const BURSTS = 10;
const CLOSED = "output buffer limits";

export const outputBuffers: Scenario = {
  name: "output-buffers",
  about: "Redis closes subscribers whose output buffers are full (pubsub 1kb, publications of 30 KB)",
  keepsAll: true,
  begin: onRedis({}, async ({ burst, calm }, redis) => {
    await redis.call("CONFIG", "SET", "client-output-buffer-limit", "pubsub 1kb 1kb 1");
    for (let n = 0; n < BURSTS; n++) await burst(BURST_BYTES);
    await redis.call("CONFIG", "SET", "client-output-buffer-limit", "pubsub 32mb 8mb 60");
    await calm(1);
    if (!redis.output().includes(CLOSED)) throw new Error("no output buffer became full");
  }),
};
