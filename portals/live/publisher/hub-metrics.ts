export interface HubMetrics {
  /** Publications handed to subscribers since the hub started. */
  readonly deliveries: number;
  readonly connections: number;
  /** Resident memory in bytes; 0 when the hub does not say. */
  readonly rss: number;
}

/** Reads the three numbers out of the Prometheus text format, summed over their labels. */
export function readHubMetrics(text: string): HubMetrics {
  const sum = (name: string): number => {
    let total = 0;
    for (const [, value] of text.matchAll(new RegExp(`^${name}(?:\\{[^\\n]*\\})?[ \\t]+(\\S+)`, "gm"))) {
      const number = Number(value);
      if (Number.isFinite(number)) total += number;
    }
    return total;
  };
  return {
    deliveries: sum("altavoz_deliveries_total"),
    connections: sum("active_connections"),
    rss: sum("process_resident_memory_bytes"),
  };
}

/** The growth per second of a counter between two calls; a counter that fell started again from zero. */
export function createCounterRate(): (value: number, seconds: number) => number {
  let previous: { value: number; seconds: number } | undefined;
  return (value, seconds) => {
    const last = previous;
    previous = { value, seconds };
    if (!last || seconds <= last.seconds) return 0;
    return (value >= last.value ? value - last.value : value) / (seconds - last.seconds);
  };
}
