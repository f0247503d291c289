/** `npm run bench -- redis`: what the Redis engine costs, alone, in a hub and between two, beside the memory engine. */
import { createFlood } from "../generator/flood.ts";
import { createPayload } from "../generator/marker.ts";
import { pin, pinGenerator, serverCore } from "../measure/cores.ts";
import type { Notebook, Scenario } from "../scenario.ts";
import { startCluster } from "../servers/cluster.ts";
import { hubConfiguration, launchHub } from "../servers/hub.ts";
import type { RunningServer } from "../servers/target.ts";
import { measureFanIn, measureReceiving } from "./fan-in.ts";
import { measureFanOut } from "./fan-out.ts";
import { measureAddedLatency } from "./latency.ts";
import { measureLoneEngine } from "./lone-engine.ts";
import { type RedisPlan, redisPlan } from "./plan.ts";

export const redisScenario: Scenario<RedisPlan> = {
  name: "redis",
  limitSeconds: 150,
  options: { quick: { type: "boolean", about: "short windows, for a first look" } },
  plan: redisPlan,
  run,
};

/** The hubs on one core, Redis and what loads them on the other; at the end Redis and the lone engine have one each. */
async function run(plan: RedisPlan, notebook: Notebook): Promise<void> {
  const { sheets } = notebook;
  notebook.tell("starting Redis, two nodes over it, and a hub with the memory engine");
  pinGenerator();
  const cluster = await startCluster({ nodes: 2, pinned: true });
  try {
    const [near, far] = cluster.nodes;
    if (!near || !far) throw new Error("two nodes were to be started");
    const memory = await launchHub({ runtime: "bun", configure: hubConfiguration });
    try {
      for (const server of [memory, near]) await warmUp(server);
      const subject = { plan, memory, near, far, redis: cluster.redis, notebook };
      sheets.push(await measureFanIn(subject));
      sheets.push(await measureReceiving(subject));
      sheets.push(await measureFanOut(subject));
      sheets.push(await measureAddedLatency(subject));
    } finally {
      await memory.stop();
    }
    await Promise.all(cluster.nodes.map((node) => node.stop()));
    pin(cluster.redis.pid, serverCore);
    sheets.unshift(await measureLoneEngine(cluster.redis, plan, notebook));
  } finally {
    await cluster.stop();
  }
}

/** What the compiler has not seen yet would be taken for the price of whatever comes first. */
async function warmUp(server: RunningServer): Promise<void> {
  const channels = ["bench:warm", "history:warm"];
  const flood = await createFlood({ server, channels, payloads: [createPayload(128)], publishers: 32 });
  await flood.run(1);
  flood.close();
}
