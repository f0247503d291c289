import { inspect } from "node:util";
import { startRedisServer } from "../../../packages/server/src/engines/redis/processes/redis-server.fixture.ts";
import type { Scenario } from "../scenario.ts";
import { startServerNode } from "../server-node.ts";
import { onEngine, onRedis } from "./grounds.ts";

const PASSWORD = "the-first-password";

export const passwords: readonly Scenario[] = [
  {
    name: "password-wrong",
    about: "another node starts with a wrong password, and has to say so",
    keepsAll: true,
    begin: onRedis({ password: PASSWORD }, async ({ runtime }, redis) => {
      const config = onEngine({ address: redis.url, password: "not-the-password" });
      const ended = await startServerNode({ name: "stranger", runtime, config }).then(
        async (node) => {
          await node.kill();
          return "it became ready";
        },
        (error: unknown) => inspect(error),
      );
      if (!/password/i.test(ended)) throw new Error(`a node with a wrong password did not say so: ${ended}`);
    }),
  },
  {
    name: "password-rotated",
    about: "the password of the nodes is replaced and they are cut off; 5 s later theirs counts again",
    keepsAll: true,
    begin: async () => {
      const redis = await startRedisServer({ users: [`hub on >${PASSWORD} ~* &* +@all`] });
      return {
        config: () => onEngine({ address: redis.url, user: "hub", password: PASSWORD }),
        async strike({ pass }) {
          await redis.call("ACL", "SETUSER", "hub", "resetpass", ">another-password");
          await redis.call("CLIENT", "KILL", "USER", "hub");
          await pass(5);
          await redis.call("ACL", "SETUSER", "hub", `>${PASSWORD}`);
        },
        stop: () => redis.stop(),
      };
    },
  },
];
