import type { Scenario } from "../scenario.ts";

/** The memory engine forgets everything with its process: all of it is lost, and everybody must be told. */
export const forgetfulNode: Scenario = {
  name: "forgetful-node",
  about: "one node with the memory engine, killed and started again",
  keepsAll: false,
  short: true,
  begin: async () => ({
    nodes: 1,
    config: () => ({}),
    async strike({ nodes: [node] }) {
      await node?.kill();
      await node?.start();
    },
    stop: async () => {},
  }),
};
