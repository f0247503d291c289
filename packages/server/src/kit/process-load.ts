import type { Clock } from "./clock.ts";
import { watchLoopLag } from "./loop-lag.ts";
import { Ring } from "./ring.ts";

export interface ProcessLoad {
  rssBytes(): number;
  /** Share of one core over the last second or more, in percent. */
  cpuPercent(): number;
  /** The longest delay of the event loop in the last ten seconds, in milliseconds. */
  lagMs(): number;
  stop(): void;
}

/** A reading sooner than this after the last one would only measure itself. */
const WINDOW_MS = 1_000;
/** Four a second. */
const LAG_SAMPLES = 40;

export function createProcessLoad(clock: Clock): ProcessLoad {
  let at = clock.monotonic();
  let used = cpuMs();
  let percent = 0;
  const lags = new Ring<number>(LAG_SAMPLES);
  const stop = watchLoopLag(clock, (lagMs) => lags.push(lagMs));
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
    lagMs() {
      let longest = 0;
      for (let i = 0; i < lags.length; i++) longest = Math.max(longest, lags.at(i) ?? 0);
      return Math.round(longest * 10) / 10;
    },
    stop,
  };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
