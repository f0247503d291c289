import type { Tally } from "../generator/crowd.ts";
import type { Plan } from "../plan.ts";
import type { RunningServer, Target } from "../servers/target.ts";
import type { FormatId } from "./format-cases.ts";
import { measureUsage } from "./process-usage.ts";

export type MetricId =
  | "publish1"
  | "publish32"
  | "publishHistory"
  | "fanout1"
  | "fanout32"
  | "connect"
  | "memory"
  | "latencyP50"
  | "latencyP95"
  | "latencyP99"
  | "latencyMax"
  | "block"
  | FormatMetric;

/** Of one row of the table of formats: µs of CPU and bytes on the wire per delivery. */
export type FormatMetric = `${FormatId}Cpu` | `${FormatId}Bytes`;

/** One thing to find out about a server that has just been started for it. */
export type Measure = (subject: Subject, findings: Findings) => Promise<void>;

export interface Subject {
  readonly target: Target;
  readonly server: RunningServer;
  /** Where publications go in; absent: at the same server. */
  readonly publishAt?: RunningServer;
  readonly plan: Plan;
}

/** All that was found out about one target. */
export interface Findings {
  readonly samples: Partial<Record<MetricId, number[]>>;
  deliveries: number;
  lost: number;
  duplicated: number;
  /** The generator's greatest share of a core in any window. */
  generatorLoad: number;
  /** The greatest share of the server's core that other processes took in any window. */
  foreignLoad: number;
  readonly failures: string[];
}

export function createFindings(): Findings {
  return { samples: {}, deliveries: 0, lost: 0, duplicated: 0, generatorLoad: 0, foreignLoad: 0, failures: [] };
}

/** Adds one sample; nothing when it could not be measured. */
export function addSample(findings: Findings, metric: MetricId, value: number | undefined): void {
  if (value === undefined) return;
  const samples = findings.samples[metric] ?? [];
  findings.samples[metric] = samples;
  samples.push(value);
}

export function perUnit(total: number | undefined, units: number): number | undefined {
  return total === undefined ? undefined : total / units;
}

export function addTally(findings: Findings, tally: Tally): void {
  findings.deliveries += tally.deliveries;
  findings.lost += tally.lost;
  findings.duplicated += tally.duplicated;
}

/** Does a piece of work, notes how busy the generator and others were, and returns the server's CPU in µs. */
export async function cpuOf(
  findings: Findings,
  server: RunningServer,
  work: () => Promise<void>,
): Promise<number | undefined> {
  const usage = await measureUsage(server.pid, work);
  findings.generatorLoad = Math.max(findings.generatorLoad, usage.generatorLoad);
  findings.foreignLoad = Math.max(findings.foreignLoad, usage.foreignLoad);
  return usage.cpuMicros;
}
