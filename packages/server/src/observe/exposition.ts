/** Figures as values that can travel between processes, and their text in the exposition format of Prometheus (0.0.4). */

export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  /** What the figures of several processes make together. */
  readonly merge: Merge;
  /** Each with its name and labels as they are written, in order. */
  readonly samples: readonly Sample[];
}

export type Merge = "sum" | "max" | "min";
export type Sample = readonly [series: string, value: number];

const combine: Readonly<Record<Merge, (a: number, b: number) => number>> = {
  sum: (a, b) => a + b,
  max: Math.max,
  min: Math.min,
};

/** The figures of several processes as those of one. */
export function mergeFamilies(processes: readonly (readonly MetricFamily[])[]): readonly MetricFamily[] {
  const merged = new Map<string, MetricFamily & { readonly values: Map<string, number> }>();
  for (const family of processes.flat()) {
    const known = merged.get(family.name) ?? { ...family, values: new Map() };
    merged.set(family.name, known);
    for (const [series, value] of family.samples) {
      const sum = known.values.get(series);
      known.values.set(series, sum === undefined ? value : combine[family.merge](sum, value));
    }
  }
  return [...merged.values()].map(({ values, ...family }) => ({ ...family, samples: [...values] }));
}

/** What stays true of a process that has ended: what it has counted, not how it was. */
export const lastingFamilies = (families: readonly MetricFamily[]): readonly MetricFamily[] =>
  families.filter(({ type, merge }) => type !== "gauge" && merge === "sum");

const escapedHelp = (help: string): string => help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");

export function textOf(families: readonly MetricFamily[]): string {
  let text = "";
  for (const { name, help, type, samples } of families) {
    text += `# HELP ${name} ${escapedHelp(help)}\n# TYPE ${name} ${type}\n`;
    for (const [series, value] of samples) text += `${series} ${value}\n`;
  }
  return text;
}
