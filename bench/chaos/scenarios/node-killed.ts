import type { Scenario } from "../scenario.ts";
import { onRedis } from "./grounds.ts";

export const nodeKilled: Scenario = {
  name: "node-killed",
  about: "kill -9 of one of three nodes, started again after 3 s",
  keepsAll: true,
  short: true,
  begin: onRedis({}, async ({ nodes: [node], pass }) => {
    await node?.kill();
    await pass(3);
    await node?.start();
  }),
};
