import { openCrowd } from "../generator/crowd.ts";
import { createFlood } from "../generator/flood.ts";
import { createPayload } from "../generator/marker.ts";
import { liveChannel } from "../servers/target.ts";
import { addSample, addTally, cpuOf, type Measure, perUnit } from "./findings.ts";

/** CPU per delivery of publications into one channel, with one publisher and with many at the same time. */
export const measureFanout: Measure = async ({ target, server, plan }, findings) => {
  const dialects = [target.dialect];
  const { subscribers: size, payloadBytes } = plan;
  const crowd = await openCrowd({ server, dialects, channel: liveChannel, size, concurrency: 32, payloadBytes });
  const payloads = [createPayload(payloadBytes)];
  let publications = 0;
  for (const [metric, publishers] of [
    ["fanout1", 1],
    ["fanout32", 32],
  ] as const) {
    const flood = await createFlood({ server, channels: [liveChannel], payloads, publishers });
    await flood.run(plan.windowSeconds / 2, crowd);
    for (let round = 0; round < plan.rounds; round++) {
      const before = flood.sent;
      const cpu = await cpuOf(findings, server, () => flood.run(plan.windowSeconds, crowd));
      addSample(findings, metric, perUnit(cpu, (flood.sent - before) * size));
    }
    publications += flood.sent;
    flood.close();
  }
  addTally(findings, crowd.tally(publications));
  crowd.close();
};
