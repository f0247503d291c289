import type { Scenario } from "../scenario.ts";
import { cluster } from "./cluster.ts";
import { eviction } from "./eviction.ts";
import { forgetfulNode } from "./forgetful-node.ts";
import { network } from "./network.ts";
import { nodeKilled } from "./node-killed.ts";
import { outputBuffers } from "./output-buffers.ts";
import { passwords } from "./passwords.ts";
import { pubsubKilled } from "./pubsub-killed.ts";
import { redisFrozen } from "./redis-frozen.ts";
import { redisKilled } from "./redis-killed.ts";
import { rollingRestart } from "./rolling-restart.ts";
import { sentinel } from "./sentinel.ts";

/** Everything that goes wrong, in the order in which it is played. */
export const scenarios: readonly Scenario[] = [
  forgetfulNode,
  nodeKilled,
  rollingRestart,
  ...redisFrozen,
  ...redisKilled,
  pubsubKilled,
  outputBuffers,
  ...network,
  eviction,
  ...passwords,
  ...sentinel,
  ...cluster,
];
