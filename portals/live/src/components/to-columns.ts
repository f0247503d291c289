import type UPlot from "uplot";
import type { HostSample } from "../hub/host-window.ts";

/** A longer silence than this breaks the line instead of bridging it. */
const GAP_SECONDS = 1.5;

/** Samples as uPlot wants them: the times, then one column per line. */
export function toColumns(
  samples: readonly HostSample[],
  lines: number,
  pick: (sample: HostSample, line: number) => number | undefined,
): UPlot.AlignedData {
  const times: number[] = [];
  const columns: (number | null)[][] = Array.from({ length: lines }, () => []);
  let previous: number | undefined;
  for (const sample of samples) {
    if (previous !== undefined && sample.at - previous > GAP_SECONDS) {
      times.push((previous + sample.at) / 2);
      for (const column of columns) column.push(null);
    }
    times.push(sample.at);
    for (const [line, column] of columns.entries()) column.push(pick(sample, line) ?? null);
    previous = sample.at;
  }
  return [times, ...columns];
}
