import { openCrowd } from "../generator/crowd.ts";
import { centrifugoJson } from "../generator/dialect.ts";
import { createFlood } from "../generator/flood.ts";
import { createPayload } from "../generator/marker.ts";
import { expensesOf } from "../measure/expenses.ts";
import type { Sheet } from "../report.ts";
import type { RunningServer } from "../servers/target.ts";
import { checkTally, type Subject } from "./subject.ts";

const figures = ["publications/s", "µs CPU hub"];

/** Many publishers over HTTP, into one channel and into many that nobody listens to. */
export async function measureFanIn(subject: Subject): Promise<Sheet> {
  const { plan, memory, near, notebook } = subject;
  const rows = [];
  for (const history of [false, true]) {
    for (const count of [1, plan.manyChannels]) {
      const channels = Array.from({ length: count }, (_, i) => `${history ? "history" : "bench"}:in-${i}`);
      const where = count === 1 ? "one channel" : `${count.toLocaleString("en-US")} channels`;
      const title = `${plan.publishers} publishers → ${where}, ${history ? "with" : "without"} history`;
      const [base, own] = await publishInto(subject, memory, channels);
      const [rate, hub, redis] = await publishInto(subject, near, channels);
      notebook.tell(`${title}: ${Math.round(base)}/s in memory, ${Math.round(rate)}/s through Redis`);
      rows.push([title, base, own, rate, hub, redis, `${(hub / own).toFixed(2)}×`]);
    }
  }
  const head = ["", ...figures.map((figure) => `memory: ${figure}`), ...figures.map((figure) => `Redis: ${figure}`)];
  return { title: "Fan-in: publications over HTTP", head: [...head, "µs CPU Redis", "hub's CPU, to memory"], rows };
}

/** What a node pays for a publication that another one took in and that one subscriber here gets. */
export async function measureReceiving(subject: Subject): Promise<Sheet> {
  const { plan, near, far, redis, notebook } = subject;
  const rows = [];
  for (const channel of ["bench:received", "history:received"]) {
    const { payloadBytes } = plan;
    const dialects = [centrifugoJson];
    const crowd = await openCrowd({ server: far, dialects, channel, size: 1, concurrency: 1, payloadBytes });
    const flood = await createFlood({
      server: near,
      channels: [channel],
      payloads: [createPayload(payloadBytes)],
      publishers: plan.publishers,
    });
    await flood.run(plan.warmUpSeconds, crowd);
    const before = flood.sent;
    const cost = await expensesOf({ near: [near.pid], far: [far.pid], redis: [redis.pid] }, () =>
      flood.run(plan.windowSeconds, crowd),
    );
    const published = flood.sent - before;
    checkTally(crowd.tally(flood.sent), `received, ${channel}`, notebook);
    flood.close();
    crowd.close();
    const title = channel.startsWith("history") ? "with history" : "without history";
    rows.push([title, published / cost.seconds, ...[cost.near, cost.redis, cost.far].map((each) => each / published)]);
    notebook.tell(`received at another node, ${title}: ${(cost.far / published).toFixed(1)} µs`);
  }
  const head = [
    "",
    "publications/s",
    "µs CPU of the node that publishes",
    "µs CPU Redis",
    "µs CPU of the node that receives",
  ];
  return { title: "A publication that crosses from node to node, to one subscriber", head, rows };
}

async function publishInto(
  { plan, redis }: Subject,
  server: RunningServer,
  channels: readonly string[],
): Promise<readonly [number, number, number]> {
  const payloads = [createPayload(plan.payloadBytes)];
  const flood = await createFlood({ server, channels, payloads, publishers: plan.publishers });
  await flood.run(plan.warmUpSeconds);
  const before = flood.sent;
  const cost = await expensesOf({ hub: [server.pid], redis: [redis.pid] }, () => flood.run(plan.windowSeconds));
  const published = flood.sent - before;
  flood.close();
  return [published / cost.seconds, cost.hub / published, cost.redis / published];
}
