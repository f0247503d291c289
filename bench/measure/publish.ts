import { createFlood } from "../generator/flood.ts";
import { createPayload } from "../generator/marker.ts";
import { historyChannel, silentChannel } from "../servers/target.ts";
import { addSample, cpuOf, type Measure, type MetricId, perUnit } from "./findings.ts";

/** CPU per HTTP publish into a channel that nobody listens to: the part of a fan-out that is not fan-out. */
export const measurePublish: Measure = async ({ target, server, plan }, findings) => {
  const payloads = [createPayload(plan.payloadBytes)];
  const variants: [MetricId, string, number][] = [
    ["publish1", silentChannel, 1],
    ["publish32", silentChannel, 32],
  ];
  if (target.hasHistory) variants.push(["publishHistory", historyChannel, 1]);
  for (const [metric, channel, publishers] of variants) {
    const flood = await createFlood({ server, channels: [channel], payloads, publishers });
    await flood.run(plan.windowSeconds / 2);
    for (let round = 0; round < plan.rounds; round++) {
      const before = flood.sent;
      const cpu = await cpuOf(findings, server, () => flood.run(plan.windowSeconds));
      addSample(findings, metric, perUnit(cpu, flood.sent - before));
    }
    flood.close();
  }
};
