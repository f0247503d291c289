import { createServer } from "node:net";
import { ConfigError } from "../../config/config-error.ts";
import type { Config } from "../../config/schema.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Log } from "../../kit/log.ts";
import { UsageError } from "../command.ts";
import { placeText } from "./place.ts";
import { spawnWorker } from "./spawn-worker.ts";
import { createSupervisor, type Supervisor } from "./supervisor.ts";

const MOST_WORKERS = 256;

export interface WorkersOptions {
  readonly count: number;
  readonly config: Config;
  /** Flags that every worker gets too. */
  readonly words: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
}

/** Throws `UsageError`. */
export function readCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= MOST_WORKERS) return count;
  throw new UsageError("serve", `--workers takes a number from 1 to ${MOST_WORKERS}`);
}

/** Several processes on one port. Throws `ConfigError` when the configuration is one that they cannot share. */
export async function createWorkers({ count, config, words, clock, log }: WorkersOptions): Promise<Supervisor> {
  checkShareable(config, count);
  await claimPorts(config);
  return createSupervisor({
    count,
    clock,
    log,
    start: (worker, events, port) => {
      const own = ["--worker", placeText({ number: worker, count })];
      const found = port === undefined ? [] : ["--port", String(port)];
      return spawnWorker({ words: ["serve", ...words, ...own, ...found], worker, events, log });
    },
  });
}

function checkShareable({ engine, live }: Config, count: number): void {
  if (count === 1) return;
  const problems: string[] = [];
  if (engine.type === "memory") {
    problems.push(
      'engine.type: with "memory" each of several workers would have channels of its own; set "redis", and engine.redis.address to where your Redis listens',
    );
  }
  if (live.enabled) problems.push("live.enabled: the live page is for development with one process");
  if (problems.length > 0) throw new ConfigError(problems);
}

/** Processes that share a port do not notice a stranger on it; who wants it alone notices. */
async function claimPorts({ http_server: server }: Config): Promise<void> {
  await claim(server.address, server.port);
  if (server.internal_port !== server.port)
    await claim(server.internal_address || server.address, server.internal_port);
}

async function claim(host: string, port: number): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  probe.once("error", reject);
  probe.listen({ port, exclusive: true, ...(host === "" ? {} : { host }) }, resolve);
  await promise;
  await new Promise((closed) => probe.close(closed));
}
