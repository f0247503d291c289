import { measureBlock } from "./block.ts";
import { measureConnect } from "./connect.ts";
import { measureFanout } from "./fanout.ts";
import type { Measure } from "./findings.ts";
import { measureLatency } from "./latency.ts";
import { measureMemory } from "./memory.ts";
import { measurePublish } from "./publish.ts";

export type MeasureId = "publish" | "fanout" | "connect" | "memory" | "latency" | "block";

/** Every measure, in the order in which they run. */
export const measures: Readonly<Record<MeasureId, Measure>> = {
  publish: measurePublish,
  fanout: measureFanout,
  connect: measureConnect,
  memory: measureMemory,
  latency: measureLatency,
  block: measureBlock,
};

export const measureIds: readonly MeasureId[] = Object.keys(measures) as MeasureId[];
