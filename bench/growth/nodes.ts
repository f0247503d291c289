import { type Crowd, openCrowd } from "../generator/crowd.ts";
import { centrifugoJson } from "../generator/dialect.ts";
import { createPayload } from "../generator/marker.ts";
import { publishAtPace } from "../generator/pace.ts";
import { openPublisher, publishRequest } from "../generator/publisher.ts";
import { type Expenses, expensesOf } from "../measure/expenses.ts";
import { residentBytes } from "../measure/process-usage.ts";
import type { Cell, Sheet } from "../report.ts";
import type { Notebook } from "../scenario.ts";
import { type Cluster, startCluster } from "../servers/cluster.ts";
import type { GrowthPlan } from "./plan.ts";

const channel = "history:shared";
const publishers = 4;

/** The same work on more and more nodes: the same subscribers of one channel, the same publications. */
export async function measureNodes(plan: GrowthPlan, notebook: Notebook): Promise<Sheet> {
  const cluster = await startCluster({ nodes: 0, pinned: false });
  const rows: Cell[][] = [];
  try {
    for (const count of plan.nodes) {
      await cluster.grow(count);
      rows.push(await measureCluster(cluster, plan, notebook));
    }
  } finally {
    await cluster.stop();
  }
  const { publicationsPerSecond: rate, subscribers } = plan;
  return {
    title: `${rate} publications/s with history to ${subscribers} subscribers, split over the nodes`,
    head: [
      "nodes",
      "MB a node",
      "idle: cores, all nodes",
      "idle: Redis",
      "µs CPU per publication, all nodes",
      "… the node that publishes",
      "… each other node",
      "µs CPU of Redis per publication",
      "µs CPU per delivery, all nodes",
    ],
    rows,
  };
}

async function measureCluster(cluster: Cluster, plan: GrowthPlan, notebook: Notebook): Promise<Cell[]> {
  const { nodes, redis } = cluster;
  const count = nodes.length;
  const [first, ...others] = nodes.map(({ pid }) => pid);
  const groups = { first: [first], others, redis: [redis.pid] };
  const idle = await expensesOf(groups, () => Bun.sleep(plan.idleSeconds * 1_000));
  const { payloadBytes } = plan;
  const size = Math.round(plan.subscribers / count);
  const crowds = await Promise.all(
    nodes.map((server) =>
      openCrowd({ server, dialects: [centrifugoJson], channel, size, concurrency: 16, payloadBytes }),
    ),
  );
  const megabytes = nodes.reduce((sum, { pid }) => sum + (pid ? residentBytes(pid) : 0), 0) / 1e6 / count;
  let published = 0;
  const cost: Expenses<keyof typeof groups> = await expensesOf(groups, async () => {
    published = await publishTo(cluster, crowds, plan);
  });
  for (const crowd of crowds) {
    const { lost, duplicated } = crowd.tally(published);
    if (lost + duplicated > 0) notebook.failures.push(`${count} nodes: ${lost} lost, ${duplicated} duplicated`);
    crowd.close();
  }
  const own = cost.first / published;
  const other = count === 1 ? null : cost.others / published / (count - 1);
  const all = (cost.first + cost.others) / published;
  notebook.tell(
    `${count} nodes: ${all.toFixed(0)} µs per publication, Redis ${(cost.redis / published).toFixed(0)} µs`,
  );
  const cores = (micros: number) => micros / 1e6 / idle.seconds;
  return [
    `${count}`,
    megabytes,
    cores(idle.first + idle.others),
    cores(idle.redis),
    all,
    own,
    other,
    cost.redis / published,
    all / (size * count),
  ];
}

async function publishTo({ nodes }: Cluster, crowds: readonly Crowd[], plan: GrowthPlan): Promise<number> {
  const [entrance] = nodes;
  if (!entrance) throw new Error("no node was started");
  const request = publishRequest(entrance, channel, createPayload(plan.payloadBytes));
  const lanes = await Promise.all(Array.from({ length: publishers }, () => openPublisher(entrance)));
  const goal = plan.publicationsPerSecond * plan.loadSeconds;
  const published = await publishAtPace({
    publishers: lanes,
    perSecond: plan.publicationsPerSecond,
    goesOn: (n) => n < goal,
    request: () => request,
  });
  for (const lane of lanes) lane.close();
  await Promise.all(crowds.map((crowd) => crowd.arrived(published * crowd.size)));
  return published;
}
