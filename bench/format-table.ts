import type { Findings } from "./measure/findings.ts";
import { type FormatCase, type FormatId, formatCases } from "./measure/format-cases.ts";
import { median } from "./measure/statistics.ts";
import type { Plan } from "./plan.ts";
import type { Column } from "./table.ts";

/** The table of formats: a row a format and transport, for each server CPU and bytes. Empty when none was measured. */
export function renderFormats(all: readonly Column[], plan: Plan): string {
  const columns = all.filter(({ findings }) => cpuOf(findings, "wsJson") !== undefined);
  if (columns.length === 0) return "";
  const count = plan.subscribers.toLocaleString("en-US");
  const head = [
    `32 publishers × ${count} subscribers`,
    "payload",
    ...columns.flatMap(({ label }) => [`${label}: µs CPU per delivery`, "bytes per delivery"]),
  ];
  const ruler = head.map((_, i) => (i === 0 ? "---" : "---:"));
  const lines = formatCases.flatMap((format) => {
    const line = [format.title, payload(format, plan), ...columns.flatMap(({ findings }) => cells(findings, format))];
    if (!format.alone) return [line];
    const { alone } = format;
    const expected = columns.flatMap(({ findings }) => [number(meanOf(findings, alone), 3), ""]);
    return [line, ["… the mean of each alone", payload(format, plan), ...expected]];
  });
  return [head, ruler, ...lines].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function payload(format: FormatCase, plan: Plan): string {
  return format.payload === "feed" ? `${plan.feedBytes} B, little changes` : `${plan.payloadBytes} B`;
}

function cells(findings: Findings, { id }: FormatCase): string[] {
  return [number(cpuOf(findings, id), 3), number(median(findings.samples[`${id}Bytes`] ?? []), 0)];
}

function cpuOf(findings: Findings, id: FormatId): number | undefined {
  return median(findings.samples[`${id}Cpu`] ?? []);
}

function meanOf(findings: Findings, ids: readonly FormatId[]): number | undefined {
  const values = ids.map((id) => cpuOf(findings, id) ?? Number.NaN);
  return values.reduce((sum, value) => sum + value, 0) / ids.length;
}

function number(value: number | undefined, decimals: number): string {
  return value === undefined || Number.isNaN(value) ? "-" : value.toFixed(decimals);
}
