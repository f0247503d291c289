import type { Clock } from "../kit/clock.ts";
import { watchLoopLag } from "../kit/process-load.ts";
import type { Registry } from "./registry.ts";

/** What the process uses. The returned function ends the sampling of the event loop. */
export function watchProcess(registry: Registry, clock: Clock): () => void {
  const startedAt = clock.now() / 1000 - process.uptime();
  registry.reading({
    name: "process_resident_memory_bytes",
    help: "Resident memory.",
    type: "gauge",
    read: () => process.memoryUsage.rss(),
  });
  registry.reading({
    name: "process_cpu_seconds_total",
    help: "User and system time.",
    type: "counter",
    read: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
  });
  registry.reading({
    name: "process_start_time_seconds",
    help: "Since the Unix epoch.",
    type: "gauge",
    merge: "min",
    read: () => startedAt,
  });
  const lag = registry.histogram({
    name: "altavoz_event_loop_lag_seconds",
    help: "How much later than planned a timer ran.",
    buckets: [0.001, 0.005, 0.01, 0.035, 0.1, 0.25, 0.5, 1, 5],
  });
  return watchLoopLag(clock, (lagMs) => lag.observe([], lagMs / 1000));
}
