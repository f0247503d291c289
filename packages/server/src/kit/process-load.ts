import type { Clock } from "./clock.ts";

export interface ProcessLoad {
  rssBytes(): number;
  /** Share of one core over the last second or more, in percent. */
  cpuPercent(): number;
}

/** A reading sooner than this after the last one would only measure itself. */
const WINDOW_MS = 1_000;

export function createProcessLoad(clock: Clock): ProcessLoad {
  let at = clock.monotonic();
  let used = cpuMs();
  let percent = 0;
  return {
    rssBytes: () => process.memoryUsage.rss(),
    cpuPercent() {
      const now = clock.monotonic();
      if (now - at >= WINDOW_MS) {
        const total = cpuMs();
        percent = Math.round(((total - used) / (now - at)) * 1000) / 10;
        at = now;
        used = total;
      }
      return percent;
    },
  };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
