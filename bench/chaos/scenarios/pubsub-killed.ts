import type { Scenario } from "../scenario.ts";
import { onRedis } from "./grounds.ts";

const TIMES = 5;

export const pubsubKilled: Scenario = {
  name: "pubsub-killed",
  about: `CLIENT KILL TYPE pubsub, ${TIMES} times`,
  keepsAll: true,
  short: true,
  begin: onRedis({}, async ({ calm }, redis) => {
    for (let time = 0; time < TIMES; time++) {
      await redis.call("CLIENT", "KILL", "TYPE", "pubsub");
      await calm(2);
    }
  }),
};
