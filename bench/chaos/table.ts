import type { Outcome } from "./play.ts";

type Column = readonly [title: string, value: (outcome: Outcome) => number | string];

const columns: readonly Column[] = [
  ["scenario", ({ scenario }) => scenario],
  ["published", ({ published }) => published],
  ["acknowledged", ({ acknowledged }) => acknowledged],
  ["failed", ({ failed }) => failed],
  ["unknown", ({ unknown }) => unknown],
  ["delivered", ({ delivered }) => delivered],
  ["recovered", ({ recovered }) => recovered],
  ["lost", ({ lost }) => lost],
  ["lost and not told", ({ untold }) => untold],
  ["duplicated", ({ duplicated }) => duplicated],
  ["reordered", ({ reordered }) => reordered],
  ["unrecovered and told", ({ told }) => told],
  ["seconds unavailable", ({ unavailableMs }) => (unavailableMs / 1_000).toFixed(1)],
  ["reconnects", ({ reconnects }) => reconnects],
  ["… in one second", ({ reconnectsPerSecond }) => reconnectsPerSecond],
];

/** A Markdown table with one line for each scenario. */
export function renderOutcomes(outcomes: readonly Outcome[]): string {
  const head = columns.map(([title]) => title);
  const ruler = columns.map((_, i) => (i === 0 ? "---" : "---:"));
  const lines = outcomes.map((outcome) => columns.map(([, value]) => `${value(outcome)}`));
  return [head, ruler, ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
