import { openCrowd } from "../generator/crowd.ts";
import { createPayload } from "../generator/marker.ts";
import { publishAtPace } from "../generator/pace.ts";
import { openPublisher, publishRequest } from "../generator/publisher.ts";
import { liveChannel } from "../servers/target.ts";
import { addSample, addTally, cpuOf, type Measure } from "./findings.ts";
import { percentile } from "./statistics.ts";

const connections = 8;

/**
 * From the moment a publication is due on the generator's socket to the moment its bytes are read from a subscriber's,
 * at a fixed rate that does not wait for answers. A subscriber's n-th marker belongs to the n-th publication, so that
 * nothing has to be read.
 */
export const measureLatency: Measure = async ({ target, server, plan, publishAt = server }, findings) => {
  const { subscribers: size, payloadBytes, publishRate } = plan;
  const warmUp = publishRate / 2;
  const publications = warmUp + publishRate * plan.latencySeconds;
  const sentAt = new Float64Array(publications);
  const samples = new Float64Array(publications * size);
  let measured = 0;

  const onDeliveries = (before: number, count: number) => {
    const now = performance.now();
    for (let n = before; n < before + count; n++) if (n >= warmUp) samples[measured++] = now - (sentAt[n] ?? now);
  };
  const crowd = await openCrowd({
    server,
    dialects: [target.dialect],
    channel: liveChannel,
    size,
    concurrency: 32,
    payloadBytes,
    onDeliveries,
  });
  const request = publishRequest(publishAt, liveChannel, createPayload(payloadBytes));
  const publishers = await Promise.all(Array.from({ length: connections }, () => openPublisher(publishAt)));

  await cpuOf(findings, server, async () => {
    await publishAtPace({
      publishers,
      perSecond: publishRate,
      goesOn: (n) => n < publications,
      request: (n) => {
        sentAt[n] = performance.now();
        return request;
      },
    });
    await crowd.arrived(publications * size);
  });

  const latencies = samples.subarray(0, measured).sort();
  addSample(findings, "latencyP50", percentile(latencies, 0.5));
  addSample(findings, "latencyP95", percentile(latencies, 0.95));
  addSample(findings, "latencyP99", percentile(latencies, 0.99));
  addSample(findings, "latencyMax", percentile(latencies, 1));
  addTally(findings, crowd.tally(publications));
  for (const publisher of publishers) publisher.close();
  crowd.close();
};
