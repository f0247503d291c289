import { openCrowd } from "../generator/crowd.ts";
import { subscribingTo } from "../generator/dialect.ts";
import { createFlood } from "../generator/flood.ts";
import { createPayload } from "../generator/marker.ts";
import { addTally, cpuOf, type Findings } from "../measure/findings.ts";
import { median } from "../measure/statistics.ts";
import type { Plan } from "../plan.ts";
import { liveChannel, type RunningServer } from "../servers/target.ts";
import type { Contender } from "./contender.ts";
import { forgive } from "./forgive.ts";
import { broadcastRequest, type Kind } from "./kinds.ts";

/** How many publishers wait for their answers at the same time. */
export const publishersInFlight = [1, 32] as const;

/** What one delivery cost. */
export interface Cost {
  /** µs of the server's CPU, the publish request included. */
  readonly cpu: number;
  /** The share of all deliveries that arrived; below 1 for volatile publications alone. */
  readonly arrived: number;
}

export interface Subject {
  readonly contender: Contender;
  readonly server: RunningServer;
  readonly plan: Plan;
}

/** One kind of broadcast, for each number of publishers. */
export async function measureBroadcast(
  { contender, server, plan }: Subject,
  kind: Kind,
  findings: Findings,
): Promise<readonly Cost[]> {
  const { payloadBytes, windowSeconds, rounds } = plan;
  const open = (size: number, places: readonly string[]) =>
    openCrowd({
      server,
      dialects: places.map((place) => subscribingTo(place, contender.dialect)),
      channel: liveChannel,
      size,
      concurrency: 32,
      payloadBytes,
    });
  const leftOut =
    kind.leftOut === undefined ? undefined : await open(Math.ceil(plan.subscribers / 100), [kind.leftOut]);
  const crowd = await open(plan.subscribers - (leftOut?.size ?? 0), kind.places);
  const audience = kind.mayLose ? forgive(crowd) : crowd;
  const costs: Cost[] = [];
  let publications = 0;
  for (const publishers of publishersInFlight) {
    const flood = await createFlood({
      server,
      channels: [liveChannel],
      payloads: [createPayload(payloadBytes)],
      publishers,
      request: broadcastRequest(kind),
    });
    await flood.run(windowSeconds / 2, audience);
    const samples: Cost[] = [];
    for (let round = 0; round < rounds; round++) {
      const before = { sent: flood.sent, deliveries: crowd.deliveries };
      const cpu = await cpuOf(findings, server, () => flood.run(windowSeconds, audience));
      const deliveries = crowd.deliveries - before.deliveries;
      const arrived = deliveries / ((flood.sent - before.sent) * crowd.size);
      samples.push({ cpu: (cpu ?? Number.NaN) / deliveries, arrived });
    }
    costs.push({
      cpu: median(samples.map(({ cpu }) => cpu)) ?? Number.NaN,
      arrived: median(samples.map(({ arrived }) => arrived)) ?? Number.NaN,
    });
    publications += flood.sent;
    flood.close();
  }
  const tally = crowd.tally(publications);
  addTally(findings, kind.mayLose ? { ...tally, lost: 0 } : tally);
  if (leftOut) addTally(findings, leftOut.tally(0));
  crowd.close();
  leftOut?.close();
  return costs;
}
