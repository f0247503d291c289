import { expensesOf } from "../measure/expenses.ts";
import { residentBytes } from "../measure/process-usage.ts";
import type { Cell, Sheet } from "../report.ts";
import type { Notebook } from "../scenario.ts";
import { type Cluster, startCluster } from "../servers/cluster.ts";
import type { HubConfiguration } from "../servers/hub.ts";
import type { RunningServer } from "../servers/target.ts";
import { type BulkSubscriber, commandsPerFrame, openBulkSubscriber } from "./bulk-subscriber.ts";
import type { GrowthPlan } from "./plan.ts";

/** One whole round of the comparison of positions. */
const checkSeconds = 3;

/** More and more channels with history and one subscriber each, on one node. */
export async function measureChannels(plan: GrowthPlan, notebook: Notebook): Promise<Sheet> {
  const cluster = await startCluster({ nodes: 1, pinned: false, adapt: manyChannels });
  const [node] = cluster.nodes;
  if (!node) throw new Error("no node was started");
  const rows: Cell[][] = [];
  try {
    const subscribers = await Promise.all(
      Array.from({ length: plan.connections }, (_, i) => openBulkSubscriber(node, `bulk-${i}`)),
    );
    const names = channelNames();
    const place = { cluster, node, subscribers, plan, names, notebook };
    const empty = await takeStock(place);
    let before = 0;
    for (const goal of plan.channels) {
      const step = await subscribeUpTo(place, before, goal);
      before += step.count;
      rows.push([before.toLocaleString("en-US"), ...figures(step, empty, before)]);
      notebook.tell(`${before} channels, the last ${step.count} in ${step.seconds.toFixed(1)} s`);
      if (before < goal) {
        notebook.tell(`the step to ${goal} ended after ${plan.stepSeconds} s`);
        break;
      }
    }
    for (const subscriber of subscribers) subscriber.close();
  } finally {
    await cluster.stop();
  }
  return {
    title: `Channels with history on one node over Redis, each with a subscriber, compared with their streams every ${checkSeconds} s`,
    head: [
      "channels",
      "subscribed per second",
      "µs CPU of the node per subscription",
      "µs CPU of Redis",
      "bytes a channel, node",
      "bytes a channel, Redis",
      "quiet: cores, node",
      "quiet: cores, Redis",
      "µs CPU per comparison, node",
      "… Redis",
    ],
    rows,
  };
}

/** Commands of a connection side by side: a node that comes back subscribes to many channels at once, too. No pings. */
function manyChannels(base: HubConfiguration): object {
  return {
    ...base,
    client: {
      ...base.client,
      channel_limit: 1_000_000,
      channel_position_check_delay: `${checkSeconds}s`,
      concurrency: commandsPerFrame,
      ping_interval: "0s",
    },
    channel: {
      namespaces: [
        {
          name: "many",
          allow_subscribe_for_client: true,
          history_size: 10,
          history_ttl: "600s",
          force_positioning: true,
        },
      ],
    },
  };
}

interface Place {
  readonly cluster: Cluster;
  readonly node: RunningServer;
  readonly subscribers: readonly BulkSubscriber[];
  readonly plan: GrowthPlan;
  /** Shared by all subscribers: each channel has one. */
  readonly names: Iterator<string>;
  readonly notebook: Notebook;
}

/** What there is, and what being quiet costs, in µs per second. */
interface Stock {
  readonly nodeBytes: number;
  readonly redisBytes: number;
  readonly nodeMicros: number;
  readonly redisMicros: number;
}

interface Step {
  readonly count: number;
  readonly seconds: number;
  readonly nodeMicros: number;
  readonly redisMicros: number;
  readonly stock: Stock;
}

async function subscribeUpTo(place: Place, before: number, goal: number): Promise<Step> {
  const { cluster, node, subscribers, plan, names, notebook } = place;
  let taken = before;
  const some: Iterator<string> = {
    next: () => (taken++ < goal ? names.next() : { done: true, value: undefined }),
  };
  const until = performance.now() + plan.stepSeconds * 1_000;
  let told = performance.now();
  const goesOn = () => {
    const now = performance.now();
    if (now - told > 2_000) {
      told = now;
      notebook.tell(`subscribing: ${Math.min(taken, goal)} of ${goal}`);
    }
    return now < until;
  };
  let count = 0;
  const cost = await expensesOf({ node: [node.pid], redis: [cluster.redis.pid] }, async () => {
    const counts = await Promise.all(subscribers.map((subscriber) => subscriber.subscribe(some, goesOn)));
    count = counts.reduce((sum, each) => sum + each, 0);
  });
  const stock = await takeStock(place);
  return { count, seconds: cost.seconds, nodeMicros: cost.node, redisMicros: cost.redis, stock };
}

async function takeStock({ cluster, node }: Place): Promise<Stock> {
  const { pid, probe } = node;
  if (pid === undefined) throw new Error("the node is not on this machine");
  await probe?.collectGarbage();
  const quiet = await expensesOf({ node: [pid], redis: [cluster.redis.pid] }, () => Bun.sleep(checkSeconds * 1_000));
  await probe?.collectGarbage();
  const memory = String(await cluster.redis.call("INFO", "memory"));
  return {
    nodeBytes: residentBytes(pid),
    redisBytes: Number(/^used_memory:(\d+)/m.exec(memory)?.[1]),
    nodeMicros: quiet.node / quiet.seconds,
    redisMicros: quiet.redis / quiet.seconds,
  };
}

function figures(step: Step, empty: Stock, channels: number): Cell[] {
  const { count, seconds, stock } = step;
  const perCheck = (of: (stock: Stock) => number) => ((of(stock) - of(empty)) * checkSeconds) / channels;
  return [
    count / seconds,
    step.nodeMicros / count,
    step.redisMicros / count,
    (stock.nodeBytes - empty.nodeBytes) / channels,
    (stock.redisBytes - empty.redisBytes) / channels,
    stock.nodeMicros / 1e6,
    stock.redisMicros / 1e6,
    perCheck(({ nodeMicros }) => nodeMicros),
    perCheck(({ redisMicros }) => redisMicros),
  ];
}

function* channelNames(): Generator<string, undefined> {
  for (let n = 0; ; n++) yield `many:channel-${n}`;
}
