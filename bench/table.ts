import type { Findings, MetricId } from "./measure/findings.ts";
import { median } from "./measure/statistics.ts";
import type { Plan } from "./plan.ts";

/** Beyond this share of a core the generator may have been what one measured. */
const saturated = 0.95;
/** Beyond this share of the server's core, others have left their mark on the numbers. */
const noisy = 0.1;

export interface Column {
  readonly label: string;
  readonly findings: Findings;
}

interface Row {
  readonly title: string;
  readonly value: (findings: Findings) => number | undefined;
  readonly decimals: number;
  readonly aim?: string;
}

/** The results as a Markdown table: a row a metric, a column a server, in brackets the ratio to the first server. Empty without any. */
export function renderTable(columns: readonly Column[], plan: Plan): string {
  const first = columns[0];
  const head = ["", ...columns.map((column) => column.label), "aim"];
  const lines = rows(plan)
    .filter((row) => columns.some((column) => row.value(column.findings) !== undefined))
    .map((row) => [row.title, ...columns.map((column) => cell(row, column, first)), row.aim ?? ""]);
  if (lines.length === 0) return "";
  const ruler = head.map((_, i) => (i === 0 ? "---" : "---:"));
  return [head, ruler, ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function cell(row: Row, column: Column, first: Column | undefined): string {
  const value = row.value(column.findings);
  if (value === undefined) return "-";
  const base = first === undefined || first === column ? undefined : row.value(first.findings);
  const ratio = base === undefined || base <= 0 ? "" : ` (${(value / base).toFixed(2)}×)`;
  return `${value.toFixed(row.decimals)}${ratio}`;
}

function rows(plan: Plan): Row[] {
  const { subscribers } = plan;
  const measured =
    (metric: MetricId, unit = 1) =>
    (findings: Findings) => {
      const value = median(findings.samples[metric] ?? []);
      return value === undefined ? undefined : value / unit;
    };
  const net = (fanout: MetricId, publish: MetricId) => (findings: Findings) => {
    const gross = measured(fanout)(findings);
    const request = measured(publish)(findings);
    return gross === undefined || request === undefined ? undefined : gross - request / subscribers;
  };
  const count = (value: number) => value.toLocaleString("en-US");
  const one = `µs CPU per delivery, 1 publisher × ${count(subscribers)} subscribers`;
  const many = `µs CPU per delivery, 32 publishers × ${count(subscribers)} subscribers`;
  const latency = `ms latency p50 at ${count(plan.publishRate * subscribers)} deliveries/s`;
  const memory = `KB per idle connection, ${count(plan.idleConnections)} connections`;
  const block = `ms longest loop block, 1 publication × ${count(plan.largeChannel)}`;
  const lean = "… without the publish request";
  const floor = "≤ 1.25×";
  return [
    { title: one, value: measured("fanout1"), decimals: 2, aim: floor },
    { title: lean, value: net("fanout1", "publish1"), decimals: 2, aim: floor },
    { title: many, value: measured("fanout32"), decimals: 3, aim: floor },
    { title: lean, value: net("fanout32", "publish32"), decimals: 3, aim: floor },
    { title: "µs CPU per HTTP publish, 1 publisher", value: measured("publish1"), decimals: 1 },
    { title: "… 32 publishers", value: measured("publish32"), decimals: 1 },
    { title: "… into a channel with history, 1 publisher", value: measured("publishHistory"), decimals: 1 },
    { title: "µs CPU per connect + JWT + subscribe", value: measured("connect"), decimals: 0, aim: "≤ 250" },
    { title: memory, value: measured("memory", 1024), decimals: 1, aim: "≤ 8" },
    { title: latency, value: measured("latencyP50"), decimals: 1 },
    { title: "… p95", value: measured("latencyP95"), decimals: 1, aim: "≤ 10" },
    { title: "… p99", value: measured("latencyP99"), decimals: 1 },
    { title: "… max", value: measured("latencyMax"), decimals: 1 },
    { title: block, value: measured("block"), decimals: 1, aim: "≤ 35" },
  ];
}

/** Whether the numbers can be believed: nothing lost, the generator not saturated, the server's core to itself. */
export function renderEvidence(columns: readonly Column[]): string {
  return columns.map(({ label, findings }) => `${label}: ${evidence(findings)}`).join("\n");
}

function evidence(findings: Findings): string {
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const { deliveries, lost, duplicated, generatorLoad, foreignLoad } = findings;
  const busy = generatorLoad > saturated ? " (SATURATED: latency is the generator's)" : "";
  const disturbed = foreignLoad > noisy ? " (NOISY: compare ratios at most)" : "";
  return [
    `lost ${lost}, duplicated ${duplicated} of ${deliveries.toLocaleString("en-US")} deliveries`,
    `generator at most ${percent(generatorLoad)} of its core${busy}`,
    `others at most ${percent(foreignLoad)} of the server's core${disturbed}`,
    ...findings.failures.map((failure) => `FAILED ${failure.split("\n")[0]}`),
  ].join("; ");
}
