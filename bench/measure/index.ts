import { measureBlock } from "./block.ts";
import { measureConnect } from "./connect.ts";
import { measureFanout } from "./fanout.ts";
import type { Measure } from "./findings.ts";
import { measureFormats } from "./formats.ts";
import { measureLatency } from "./latency.ts";
import { measureMemory } from "./memory.ts";
import { measurePublish } from "./publish.ts";

export type MeasureId = "publish" | "fanout" | "connect" | "memory" | "latency" | "block" | "formats";

/** Every measure, in the order in which they run. */
export const measures: Readonly<Record<MeasureId, Measure>> = {
  publish: measurePublish,
  fanout: measureFanout,
  connect: measureConnect,
  memory: measureMemory,
  latency: measureLatency,
  block: measureBlock,
  formats: measureFormats,
};

export const measureIds: readonly MeasureId[] = Object.keys(measures) as MeasureId[];
