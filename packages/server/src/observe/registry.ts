import { type Merge, type MetricFamily, type Sample, textOf } from "./exposition.ts";

/** Counters, gauges and histograms of one process. */

export interface MetricOptions {
  readonly name: string;
  readonly help: string;
  /** Names of the labels; their values are given in the same order. */
  readonly labels?: readonly string[];
  /** Of a gauge: what those of several processes make together; their sum unless told. */
  readonly merge?: Merge;
}

type Values = readonly string[];

export interface Counter {
  add(values: Values, by?: number): void;
}

/** What goes up and down; `add` takes negative numbers too. */
export interface Gauge {
  add(values: Values, by: number): void;
}

export interface Histogram {
  observe(values: Values, value: number): void;
}

export interface Registry {
  counter(options: MetricOptions): Counter;
  gauge(options: MetricOptions): Gauge;
  /** `buckets` are upper bounds, ascending, without the infinite one. */
  histogram(options: MetricOptions & { readonly buckets: readonly number[] }): Histogram;
  /** One number that is read when somebody asks. */
  reading(options: MetricOptions & { readonly type: "counter" | "gauge"; read(): number }): void;
  families(): readonly MetricFamily[];
  text(): string;
}

/** What clients can choose must not fill the memory: past this many values a label says "other". */
const VALUES_PER_LABEL = 200;
const VALUE_LENGTH = 64;
const OTHER = "other";

export function createRegistry(): Registry {
  const readers: (() => MetricFamily)[] = [];
  const families = (): readonly MetricFamily[] => readers.map((read) => read());

  function register(
    { name, help, merge = "sum" }: MetricOptions,
    type: MetricFamily["type"],
    read: () => Sample[],
  ): void {
    readers.push(() => ({ name, help, type, merge, samples: read() }));
  }

  function summing(options: MetricOptions, type: "counter" | "gauge"): Gauge {
    const family = createFamily(options.labels ?? [], () => ({ value: 0 }));
    register(options, type, () => family.map((labels, { value }) => [`${options.name}${braced(labels)}`, value]));
    return {
      add: (values, by) => {
        family.series(values).value += by;
      },
    };
  }

  return {
    counter(options) {
      const sum = summing(options, "counter");
      return { add: (values, by = 1) => sum.add(values, by) };
    },

    gauge: (options) => summing(options, "gauge"),

    histogram({ buckets, ...options }) {
      const { name, labels = [] } = options;
      const family = createFamily(labels, () => ({ counts: buckets.map(() => 0), sum: 0, count: 0 }));
      const samples = (own: string, { counts, sum, count }: Distribution): Sample[] => {
        const comma = own === "" ? "" : ",";
        const bucket = (bound: string, below: number): Sample => [`${name}_bucket{${own}${comma}le="${bound}"}`, below];
        return [
          ...buckets.map((bound, index) => bucket(String(bound), counts[index] ?? 0)),
          bucket("+Inf", count),
          [`${name}_sum${braced(own)}`, sum],
          [`${name}_count${braced(own)}`, count],
        ];
      };
      register(options, "histogram", () => {
        const series = family.map(samples);
        return series.flat();
      });
      return {
        observe(values, value) {
          const series = family.series(values);
          series.sum += value;
          series.count++;
          // Each bucket counts everything up to its bound.
          for (let i = buckets.length - 1; i >= 0 && value <= (buckets[i] ?? 0); i--)
            series.counts[i] = (series.counts[i] ?? 0) + 1;
        },
      };
    },

    reading({ type, read, ...options }) {
      register(options, type, () => [[options.name, read()]]);
    },

    families,

    text: () => textOf(families()),
  };
}

interface Distribution {
  readonly counts: number[];
  sum: number;
  count: number;
}

const braced = (labels: string): string => (labels === "" ? "" : `{${labels}}`);
const escaped = (value: string): string =>
  value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n").replaceAll("\r", " ");

interface Family<S> {
  series(values: Values): S;
  map<R>(write: (labels: string, series: S) => R): R[];
}

/** The series of one metric, by the values of its labels. A metric without labels has its one series from the start. */
function createFamily<S>(names: readonly string[], create: () => S): Family<S> {
  const byValues = new Map<string, { readonly labels: string; readonly state: S }>();
  const known = names.map(() => new Set<string>());

  function bounded(value: string, index: number): string {
    const seen = known[index];
    const short = value.slice(0, VALUE_LENGTH);
    if (!seen || seen.has(short)) return short;
    if (seen.size >= VALUES_PER_LABEL) return OTHER;
    seen.add(short);
    return short;
  }

  const keyOf = (values: Values): string => (values.length === 1 ? (values[0] ?? "") : values.join("\u0000"));

  function series(values: Values): S {
    const found = byValues.get(keyOf(values));
    if (found) return found.state;
    const within = values.map(bounded);
    const key = keyOf(within);
    let entry = byValues.get(key);
    if (!entry) {
      const labels = names.map((name, index) => `${name}="${escaped(within[index] ?? "")}"`).join(",");
      entry = { labels, state: create() };
      byValues.set(key, entry);
    }
    return entry.state;
  }

  if (names.length === 0) series([]);
  return { series, map: (write) => [...byValues.values()].map(({ labels, state }) => write(labels, state)) };
}
