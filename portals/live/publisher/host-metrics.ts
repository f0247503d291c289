/**
 * Measures this host and publishes what it finds through the hub's public HTTP API, like any backend would.
 *
 *     HUB_URL=http://localhost:8000 HUB_API_KEY=… node host-metrics.ts [--url URL] [--key KEY] [--channel NAME]
 *
 * Runs on Node and Bun without dependencies. Ends on SIGTERM and SIGINT.
 */
import { readFile } from "node:fs/promises";
import { cpus, freemem, loadavg, totalmem } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createCounterRate, readHubMetrics } from "./hub-metrics.ts";

const PERIOD_MS = 250;
const SCRAPE_EVERY = 4;
const REQUEST_TIMEOUT_MS = 2000;
const LONGEST_PAUSE_MS = 5000;
/** Each reading covers this many periods: the kernel counts CPU time in steps too coarse for a single one. */
const CPU_PERIODS = 4;

interface CoreTimes {
  readonly busy: number;
  readonly total: number;
}

const { values: flags } = parseArgs({
  options: { url: { type: "string" }, key: { type: "string" }, channel: { type: "string" } },
});
const hubUrl = (flags.url ?? process.env.HUB_URL ?? "http://localhost:8000").replace(/\/+$/, "");
const apiKey = flags.key ?? process.env.HUB_API_KEY ?? "";
const channel = flags.channel ?? process.env.HUB_CHANNEL ?? "tenant:demo:host";

const ending = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => ending.abort());

const readCores = (): CoreTimes[] =>
  cpus().map(({ times }) => {
    const total = times.user + times.nice + times.sys + times.irq + times.idle;
    return { busy: total - times.idle, total };
  });

const history: CoreTimes[][] = [readCores()];

function busyShares(): number[] {
  const current = readCores();
  const earlier = history[0] ?? current;
  history.push(current);
  if (history.length > CPU_PERIODS) history.shift();
  return current.map(({ busy, total }, i) => {
    const before = earlier[i] ?? { busy: 0, total: 0 };
    return total > before.total ? round((busy - before.busy) / (total - before.total)) : 0;
  });
}

/** What programs can still get, where the kernel tells: free memory alone leaves out its caches. */
async function availableMemory(): Promise<number> {
  try {
    const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(await readFile("/proc/meminfo", "utf8"))?.[1];
    if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  } catch {
    // Not Linux.
  }
  return freemem();
}

const round = (value: number): number => Math.round(value * 1000) / 1000;

const rate = createCounterRate();
let hub = { deliveriesPerSecond: 0, connections: 0, rss: 0 };

async function scrape(): Promise<void> {
  const response = await fetch(`${hubUrl}/metrics`, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${hubUrl}/metrics answered ${response.status}`);
  const { deliveries, connections, rss } = readHubMetrics(await response.text());
  hub = { deliveriesPerSecond: round(rate(deliveries, performance.now() / 1000)), connections, rss };
}

async function publish(): Promise<void> {
  const total = totalmem();
  const measured = {
    cores: busyShares(),
    memory: { used: total - (await availableMemory()), total },
    load: loadavg(),
    hub,
  };
  const sentAt = Date.now();
  const data = { type: "metrics_update", timestamp: new Date(sentAt).toISOString(), sentAt, data: measured };
  const response = await fetch(`${hubUrl}/api/publish`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": apiKey },
    body: JSON.stringify({ channel, data }),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  const answer = (await response.json().catch(() => ({}))) as { error?: { code: number; message: string } };
  if (answer.error) throw new Error(`the hub refused: ${answer.error.code} ${answer.error.message}`);
  if (!response.ok) throw new Error(`${hubUrl}/api/publish answered ${response.status}`);
}

/** Waits; answers at once when the program is to end. */
const pause = (ms: number): Promise<void> => delay(ms, undefined, { signal: ending.signal }).catch(() => {});

async function run(): Promise<void> {
  let failures = 0;
  // A busy share takes two looks at the clock ticks.
  await pause(PERIOD_MS);
  let next = performance.now();
  for (let tick = 0; !ending.signal.aborted; tick++) {
    try {
      if (tick % SCRAPE_EVERY === 0) await scrape();
      await publish();
      if (failures > 0) console.error("publisher: publishing again");
      failures = 0;
    } catch (error) {
      if (failures === 0) console.error(`publisher: ${reason(error)}; trying again until it works`);
      failures += 1;
    }
    // A late tick is skipped, not made up for: two measurements at once would say nothing new.
    next = Math.max(next + PERIOD_MS, performance.now());
    const backoff = failures > 0 ? Math.min(LONGEST_PAUSE_MS, PERIOD_MS * 2 ** failures) : 0;
    await pause(Math.max(next - performance.now(), backoff));
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const refused = error.name === "TypeError" || error.name === "TimeoutError" || "code" in error;
  return refused ? `${hubUrl} does not answer` : error.message;
}

await run();
