import type { Scenario } from "../scenario.ts";
import { onLines } from "./grounds.ts";

const BURST_BYTES = 30_000;
const BURSTS = 200;
const CLOSED = "output buffer limits";

export const outputBuffers: Scenario = {
  name: "output-buffers",
  about: "one node reads slowly until Redis closes its connection (client-output-buffer-limit pubsub 256kb)",
  keepsAll: true,
  begin: onLines(
    { config: ["--client-output-buffer-limit", "pubsub", "256kb", "128kb", "1"] },
    async ({ burst }, { redis, proxies: [first] }) => {
      first?.impose({ down: { bytesPerSecond: 100_000 } });
      for (let n = 0; n < BURSTS && !redis.output().includes(CLOSED); n++) await burst(BURST_BYTES);
      first?.clear();
      if (!redis.output().includes(CLOSED)) throw new Error("no output buffer became full");
    },
  ),
};
