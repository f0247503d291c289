import type { Scenario } from "../scenario.ts";
import { onRedis } from "./grounds.ts";

export const rollingRestart: Scenario = {
  name: "rolling-restart",
  about: "every node is stopped and started again, one after the other",
  keepsAll: true,
  begin: onRedis({}, async ({ nodes, calm }) => {
    for (const node of nodes) {
      await node.stop();
      await node.start();
      await calm(5);
    }
  }),
};
