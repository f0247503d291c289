import { type Crowd, openCrowd } from "../generator/crowd.ts";
import { liveChannel } from "../servers/target.ts";
import { addSample, cpuOf, type Measure, perUnit } from "./findings.ts";

/** CPU per connection: TCP, upgrade, connect with a token never seen before, subscribe. */
export const measureConnect: Measure = async ({ target, server, plan }, findings) => {
  const dialects = [target.dialect];
  const open = (size: number) =>
    openCrowd({ server, dialects, channel: liveChannel, size, concurrency: 32, payloadBytes: plan.payloadBytes });
  const crowds: Crowd[] = [await open(100)];
  for (let round = 0; round < plan.rounds; round++) {
    const cpu = await cpuOf(findings, server, async () => {
      crowds.push(await open(plan.connects));
    });
    addSample(findings, "connect", perUnit(cpu, plan.connects));
  }
  for (const crowd of crowds) crowd.close();
};
