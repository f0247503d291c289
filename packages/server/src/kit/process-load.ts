import type { Clock } from "./clock.ts";
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

const LAG_EVERY_MS = 250;

/** Tells again and again how much later than planned a timer ran, in milliseconds. The returned function ends it. */
export function watchLoopLag(clock: Clock, sampled: (lagMs: number) => void): () => void {
  let last = clock.monotonic();
  return clock.every(LAG_EVERY_MS, () => {
    const now = clock.monotonic();
    sampled(Math.max(0, now - last - LAG_EVERY_MS));
    last = now;
  });
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
