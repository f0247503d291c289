import { openCrowd } from "../generator/crowd.ts";
import { centrifugoJson } from "../generator/dialect.ts";
import { createFlood } from "../generator/flood.ts";
import { createPayload } from "../generator/marker.ts";
import { expensesOf } from "../measure/expenses.ts";
import type { Cell, Sheet } from "../report.ts";
import type { RunningServer } from "../servers/target.ts";
import { checkTally, type Subject } from "./subject.ts";

/** Publications into one channel of many subscribers: at the memory engine, at one node over Redis, and split over two. */
export async function measureFanOut(subject: Subject): Promise<Sheet> {
  const { plan, memory, near, far, notebook } = subject;
  const rows: Cell[][] = [];
  for (const publishers of [1, plan.publishers]) {
    for (const size of plan.crowds) {
      const title = `${publishers} publisher${publishers === 1 ? "" : "s"} → ${size.toLocaleString("en-US")} subscribers`;
      const load = { title, publishers, size };
      const [base, own] = await deliver(subject, [memory], load);
      const one = await deliver(subject, [near], load);
      const two = await deliver(subject, [near, far], load);
      notebook.tell(`${title}: ${[base, one[0], two[0]].map(Math.round).join(", ")} deliveries/s`);
      rows.push([title, base, own, ...one, ...two, `${(two[1] / own).toFixed(2)}×`]);
    }
  }
  const of = (who: string) => ["deliveries/s", "µs CPU hub", "µs CPU Redis"].map((figure) => `${who}: ${figure}`);
  const head = ["", ...of("memory").slice(0, 2), ...of("Redis"), ...of("two nodes"), "two nodes' CPU, to memory"];
  return { title: "Fan-out: per delivery, the publish request included", head, rows };
}

interface Load {
  readonly title: string;
  readonly publishers: number;
  /** Subscribers, over all servers. */
  readonly size: number;
}

/** Deliveries per second, and µs of CPU of each: of the hubs, and of Redis. */
async function deliver(
  { plan, redis, notebook }: Subject,
  servers: readonly [RunningServer, ...RunningServer[]],
  { title, publishers, size }: Load,
): Promise<readonly [number, number, number]> {
  const { payloadBytes } = plan;
  const channel = "bench:out";
  const share = size / servers.length;
  const open = (server: RunningServer) =>
    openCrowd({ server, dialects: [centrifugoJson], channel, size: share, concurrency: 32, payloadBytes });
  const crowds = await Promise.all(servers.map(open));
  const flood = await createFlood({
    server: servers[0],
    channels: [channel],
    payloads: [createPayload(payloadBytes)],
    publishers,
  });
  const both = {
    size,
    get deliveries() {
      return crowds.reduce((sum, crowd) => sum + crowd.deliveries, 0);
    },
    // They share every publication, so that each gets its part of the goal.
    arrived: async (goal: number) => {
      await Promise.all(crowds.map((crowd) => crowd.arrived(Math.floor(goal / crowds.length))));
    },
  };
  await flood.run(plan.warmUpSeconds, both);
  const before = flood.sent;
  const hubs = servers.map(({ pid }) => pid);
  const cost = await expensesOf({ hubs, redis: [redis.pid] }, () => flood.run(plan.windowSeconds, both));
  const deliveries = (flood.sent - before) * size;
  for (const crowd of crowds) checkTally(crowd.tally(flood.sent), title, notebook);
  flood.close();
  for (const crowd of crowds) crowd.close();
  return [deliveries / cost.seconds, cost.hubs / deliveries, cost.redis / deliveries];
}
