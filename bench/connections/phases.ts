import type { Histogram } from "../generator/histogram.ts";
import { type PaceOptions, publishAtPace } from "../generator/pace.ts";
import { apiRequest, isPassing, onceRequest, openPublisher, publishRequest } from "../generator/publisher.ts";
import { type Expenses, expensesOf } from "../measure/expenses.ts";
import { residentBytes } from "../measure/process-usage.ts";
import type { Cell } from "../report.ts";
import type { Notebook } from "../scenario.ts";
import type { Cluster } from "../servers/cluster.ts";
import type { RunningServer } from "../servers/target.ts";
import type { Account } from "./account.ts";
import type { CrowdControl } from "./crowd-control.ts";
import type { ConnectionsPlan } from "./plan.ts";
import { stampedPayload, wallNow } from "./publication.ts";

/** What all phases share. */
export interface Stage {
  readonly plan: ConnectionsPlan;
  readonly cluster: Cluster;
  readonly crowd: CrowdControl;
  /** Where publications go in. */
  readonly entrance: RunningServer;
  readonly channels: readonly string[];
  readonly notebook: Notebook;
}

type Row = readonly Cell[];

const pauseMs = 500;
const publishersAtWork = 8;

/** Everybody connects with a token of their own and subscribes. */
export async function connect(stage: Stage): Promise<readonly Row[]> {
  const { plan, crowd, notebook } = stage;
  const before = await settledBytes(stage);
  let seconds = 0;
  const cost = await expenses(stage, async () => {
    seconds = await crowd.open("connecting", 0);
  });
  const after = await settledBytes(stage);
  notebook.tell(`connected: ${plan.count} in ${seconds.toFixed(1)} s`);
  return [
    ["connects per second, each with a token and a subscription", plan.count / seconds],
    ["µs CPU of the servers per connect", cost.servers / plan.count],
    ["µs CPU of Redis per connect", cost.redis / plan.count],
    ["KB resident memory of the servers per connection", (after - before) / 1_024 / plan.count],
  ];
}

/** Nothing happens but pings. */
export async function idle(stage: Stage): Promise<readonly Row[]> {
  const { plan, notebook } = stage;
  notebook.tell(`idle for ${plan.idleSeconds} s`);
  const cost = await expenses(stage, () => Bun.sleep(plan.idleSeconds * 1_000));
  return [
    ["cores of CPU while idle, servers together", cores(cost, "servers")],
    ["… Redis", cores(cost, "redis")],
  ];
}

/** One request publishes into all channels, a few times. */
export async function broadcast(stage: Stage): Promise<Row> {
  const { plan, channels, entrance, notebook, crowd } = stage;
  await crowd.latencies();
  const publisher = await openPublisher(entrance);
  const cost = await expenses(stage, async () => {
    for (let n = 1; n <= plan.broadcasts; n++) {
      const body = `{"channels":${JSON.stringify(channels)},"data":${stampedPayload(wallNow())}}`;
      await publisher.send(apiRequest(entrance, "broadcast", body));
      await settle(stage, `broadcast ${n}`);
    }
  });
  publisher.close();
  const latencies = await crowd.latencies();
  notebook.tell(`broadcast to all: ${describe(latencies)}`);
  return [`a broadcast to all ${plan.count.toLocaleString("en-US")}`, ...percentiles(latencies), ...shares(cost)];
}

/** Publications into all channels in turn, at a rate. */
export async function steady(stage: Stage): Promise<Row> {
  const { plan, notebook, crowd } = stage;
  const perSecond = plan.deliveriesPerSecond / plan.channelSize;
  notebook.tell(`${plan.deliveriesPerSecond} deliveries per second for ${plan.steadySeconds} s`);
  await crowd.latencies();
  const cost = await expenses(stage, async () => {
    await publish(stage, { perSecond, goesOn: (n) => n < perSecond * plan.steadySeconds });
    await settle(stage, "steady");
  });
  const latencies = await crowd.latencies();
  notebook.tell(`steady: ${describe(latencies)}`);
  const rate = plan.deliveriesPerSecond.toLocaleString("en-US");
  return [`${rate} deliveries per second`, ...percentiles(latencies), ...shares(cost)];
}

/** Everybody is cut off at once while publications go on, and comes back at another server. */
export async function comeBack(stage: Stage): Promise<readonly Row[]> {
  const { plan, notebook, crowd } = stage;
  let over = false;
  let again = 0;
  const sendsAgain = (error: unknown): boolean => {
    if (!isPassing(error)) return false;
    again++;
    return true;
  };
  const publishing = publish(stage, { perSecond: plan.stormRate, goesOn: () => !over, sendsAgain });
  publishing.catch(() => {});
  await Bun.sleep(pauseMs);
  notebook.tell("all connections are cut");
  await crowd.cut();
  let seconds = 0;
  const cost = await expenses(stage, async () => {
    seconds = await crowd.open("coming back", 1);
  });
  notebook.tell(`back: ${plan.count} in ${seconds.toFixed(1)} s`);
  await Bun.sleep(pauseMs);
  over = true;
  const published = await publishing;
  const account = await settle(stage, "storm");
  const { retries, dropped } = await crowd.standing();
  for (const [why, count] of Object.entries(dropped)) notebook.failures.push(`${count} connections ended: ${why}`);
  return [
    ["seconds until all are back", seconds],
    ["recoveries per second", plan.count / seconds],
    ["µs CPU of the servers per recovery", cost.servers / plan.count],
    ["µs CPU of Redis per recovery", cost.redis / plan.count],
    ["attempts that failed and were made again", retries],
    ["published meanwhile", published],
    ["publications sent again, their outcome being unknown", again],
    ["delivered since the beginning", account.delivered],
    ["of these recovered", account.recovered],
    ["lost", account.lost],
    ["duplicated", account.duplicated],
    ["reordered", account.reordered],
    ["told to start anew", account.told],
  ];
}

type Pace = Pick<PaceOptions, "perSecond" | "goesOn" | "sendsAgain">;

/** On connections of its own: one that was idle for long is closed by the server. */
async function publish(stage: Stage, pace: Pace): Promise<number> {
  const { entrance, channels } = stage;
  const publishers = await Promise.all(Array.from({ length: publishersAtWork }, () => openPublisher(entrance)));
  const requestFor = pace.sendsAgain ? onceRequest : publishRequest;
  const request = (n: number) => requestFor(entrance, channels[n % channels.length] ?? "", stampedPayload(wallNow()));
  const published = await publishAtPace({ ...pace, publishers, request });
  for (const publisher of publishers) publisher.close();
  return published;
}

/** Waits until all have everything; what is wrong then is a failure of the run. */
async function settle(stage: Stage, phase: string): Promise<Account> {
  const { channels, entrance, crowd, notebook } = stage;
  const account = await crowd.settled(await Promise.all(channels.map((channel) => topOf(entrance, channel))));
  const { lost, duplicated, reordered, told } = account;
  if (lost + duplicated + reordered + told > 0) {
    notebook.failures.push(`${phase}: ${lost} lost, ${duplicated} duplicated, ${reordered} reordered, ${told} told`);
  }
  return account;
}

async function topOf({ host, port, apiKey }: RunningServer, channel: string): Promise<number> {
  const answer = await fetch(`http://${host}:${port}/api/history`, {
    method: "POST",
    headers: { "x-api-key": apiKey },
    body: JSON.stringify({ channel, limit: 0 }),
  });
  const { result } = (await answer.json()) as { readonly result?: { readonly offset?: number } };
  return result?.offset ?? 0;
}

async function settledBytes({ cluster, notebook }: Stage): Promise<number> {
  let bytes = 0;
  for (const { pid, probe } of cluster.nodes) {
    await probe?.collectGarbage();
    await Bun.sleep(pauseMs);
    await probe?.collectGarbage();
    bytes += pid === undefined ? 0 : residentBytes(pid);
  }
  notebook.tell(`the servers have ${Math.round(bytes / 1e6)} MB of memory`);
  return bytes;
}

function expenses({ cluster, crowd }: Stage, work: () => Promise<void>): Promise<Expenses<Party>> {
  const servers = cluster.nodes.map(({ pid }) => pid);
  return expensesOf({ servers, redis: [cluster.redis.pid], generators: crowd.pids }, work);
}

type Party = "servers" | "redis" | "generators";

const cores = (cost: Expenses<Party>, party: Party): number => cost[party] / 1e6 / cost.seconds;
const shares = (cost: Expenses<Party>): Row => [
  cores(cost, "servers"),
  cores(cost, "redis"),
  cores(cost, "generators"),
];
const percentiles = (latencies: Histogram): Row =>
  [0.5, 0.95, 0.99, 1].map((share) => latencies.percentile(share) ?? null);

function describe(latencies: Histogram): string {
  const [p50 = 0, p95 = 0, p99 = 0] = percentiles(latencies);
  return `p50 ${Math.round(Number(p50))} ms, p95 ${Math.round(Number(p95))} ms, p99 ${Math.round(Number(p99))} ms`;
}
