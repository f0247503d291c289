import { centrifugoJson } from "../generator/dialect.ts";
import { createFindings } from "../measure/findings.ts";
import { measureLatency } from "../measure/latency.ts";
import { median } from "../measure/statistics.ts";
import { fullPlan } from "../plan.ts";
import type { Sheet } from "../report.ts";
import type { RunningServer } from "../servers/target.ts";
import { checkTally, type Subject } from "./subject.ts";

const subscribers = 100;
const publishRate = 100;

/** From publish to receipt, and what Redis and a second node add. */
export async function measureAddedLatency(subject: Subject): Promise<Sheet> {
  const { memory, near, far, notebook } = subject;
  const ways = [
    ["memory", await latencies(subject, memory, memory)],
    ["through Redis, at the node that publishes", await latencies(subject, near, near)],
    ["through Redis, at another node", await latencies(subject, far, near)],
  ] as const;
  const [[, base]] = ways;
  const rows = ways.map(([title, values]) => {
    const [p50 = Number.NaN] = values;
    notebook.tell(`latency, ${title}: p50 ${p50.toFixed(2)} ms`);
    return [title, ...values, p50 - (base[0] ?? Number.NaN)];
  });
  const title = `Latency in ms, ${publishRate} publications/s to ${subscribers} subscribers`;
  return { title, head: ["", "p50", "p95", "p99", "p50 added"], rows };
}

async function latencies(
  { plan, notebook }: Subject,
  server: RunningServer,
  publishAt: RunningServer,
): Promise<readonly number[]> {
  const findings = createFindings();
  const target = { id: "hub", label: "hub", dialect: centrifugoJson, hasHistory: true, start: async () => server };
  const sizes = { ...fullPlan, subscribers, publishRate, latencySeconds: plan.latencySeconds };
  await measureLatency({ target, server, publishAt, plan: sizes }, findings);
  checkTally(findings, "latency", notebook);
  const { latencyP50 = [], latencyP95 = [], latencyP99 = [] } = findings.samples;
  return [latencyP50, latencyP95, latencyP99].map((samples) => median(samples) ?? Number.NaN);
}
