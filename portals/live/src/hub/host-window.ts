/** One publication of the host channel. */
export interface HostMetrics {
  readonly cores: readonly number[];
  readonly memory: { readonly used: number; readonly total: number };
  readonly load: readonly number[];
  readonly hub: { readonly deliveriesPerSecond: number; readonly connections: number; readonly rss: number };
}

export interface HostSample extends HostMetrics {
  /** Seconds since the Unix epoch, as uPlot counts. */
  readonly at: number;
  readonly recovered: boolean;
}

export interface Band {
  readonly from: number;
  readonly to: number;
}

const SECONDS = 60;
const MOST_CORES = 1024;

export interface HostWindow {
  add(sample: HostSample): void;
  clear(): void;
  /** A new array after each `add`. */
  readonly samples: readonly HostSample[];
}

/** The samples of the last minute, in the order of their time. */
export function createHostWindow(): HostWindow {
  let samples: HostSample[] = [];
  return {
    get samples() {
      return samples;
    },
    add(sample) {
      const newest = samples.at(-1);
      if (newest && sample.at <= newest.at) return;
      samples = [...samples.filter((old) => old.at > sample.at - SECONDS), sample];
    },
    clear() {
      samples = [];
    },
  };
}

/** Stretches of time whose samples came by recovery. */
export function recoveredBands(samples: readonly HostSample[]): Band[] {
  const bands: Band[] = [];
  for (const [i, { at, recovered }] of samples.entries()) {
    if (!recovered) continue;
    const band = bands.at(-1);
    const previous = samples[i - 1];
    if (band && previous?.recovered) bands[bands.length - 1] = { from: band.from, to: at };
    else bands.push({ from: previous?.at ?? at, to: at });
  }
  return bands;
}

/** Accepts only what has the shape of a host publication: anyone with the key may publish into the channel. */
export function readHostMetrics(data: unknown): { sentAt: number; metrics: HostMetrics } | undefined {
  if (!isRecord(data) || data.type !== "metrics_update" || typeof data.sentAt !== "number") return undefined;
  const metrics = data.data;
  if (!isRecord(metrics) || !isNumbers(metrics.cores) || metrics.cores.length > MOST_CORES || !isNumbers(metrics.load))
    return undefined;
  const { memory, hub } = metrics;
  if (!isRecord(memory) || !isNumbers([memory.used, memory.total])) return undefined;
  if (!isRecord(hub) || !isNumbers([hub.deliveriesPerSecond, hub.connections, hub.rss])) return undefined;
  return { sentAt: data.sentAt, metrics: metrics as unknown as HostMetrics };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isFinite(item));
}
