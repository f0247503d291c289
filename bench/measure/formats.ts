import { openCrowd } from "../generator/crowd.ts";
import { createFlood } from "../generator/flood.ts";
import { createFeed, createPayload } from "../generator/marker.ts";
import { addSample, addTally, cpuOf, type Findings, type Measure, perUnit, type Subject } from "./findings.ts";
import { type FormatCase, formatCases } from "./format-cases.ts";

const publishers = 32;
/** Longer than the publications of one turn, so that neighbours differ. */
const feedLength = 64;

/** CPU and bytes per delivery for each format and transport, one crowd after the other on the same server. */
export const measureFormats: Measure = async (subject, findings) => {
  for (const format of formatCases) {
    try {
      await measureFormat(format, subject, findings);
    } catch (error) {
      throw new Error(`${format.title}: ${error instanceof Error ? error.message : error}`);
    }
  }
};

async function measureFormat(format: FormatCase, { server, plan }: Subject, findings: Findings): Promise<void> {
  const { id, dialects, channel } = format;
  const { subscribers: size, formatSeconds } = plan;
  const payloadBytes = format.payload === "feed" ? plan.feedBytes : plan.payloadBytes;
  const payloads = format.payload === "feed" ? createFeed(payloadBytes, feedLength) : [createPayload(payloadBytes)];
  const crowd = await openCrowd({ server, dialects, channel, size, concurrency: 32, payloadBytes });
  const flood = await createFlood({ server, channels: [channel], payloads, publishers });
  // As long as the window: a compiler that has not yet seen a format would be taken for its price.
  await flood.run(formatSeconds, crowd);
  const before = { sent: flood.sent, bytes: crowd.bytes };
  const cpu = await cpuOf(findings, server, () => flood.run(formatSeconds, crowd));
  const deliveries = (flood.sent - before.sent) * size;
  addSample(findings, `${id}Cpu`, perUnit(cpu, deliveries));
  addSample(findings, `${id}Bytes`, perUnit(crowd.bytes - before.bytes, deliveries));
  addTally(findings, crowd.tally(flood.sent));
  flood.close();
  crowd.close();
}
