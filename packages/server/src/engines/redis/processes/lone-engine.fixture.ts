import type { ChannelKey, EngineEvents } from "../../../hub/index.ts";
import { type Clock, systemClock } from "../../../kit/clock.ts";
import { randomIds } from "../../../kit/ids.ts";
import { silentLog } from "../../../kit/log.ts";
import { createRedisEngine, createRedisLink } from "../index.ts";
import type { RedisServer } from "./redis-server.fixture.ts";

export interface LoneEngineOptions {
  readonly server: Pick<RedisServer, "host" | "port">;
  /** Whether what one turn sends leaves in one write, as it always does in a hub. */
  readonly pipelining: boolean;
}

/** The engine with nothing around it, to learn what it costs alone. */
export interface LoneEngine {
  publish(channel: string, data: string, kept: boolean): Promise<void>;
  stop(): Promise<void>;
}

const stream = { size: 100, ttlMs: 60_000, metaTtlMs: 600_000 };
const nobody: EngineEvents = { publication() {}, join() {}, leave() {}, control() {}, interrupted() {} };

/** A turn that is over at once takes every command alone. */
const impatientClock: Clock = { ...systemClock, nextTurn: (task) => task() };

export async function startLoneEngine({ server, pipelining }: LoneEngineOptions): Promise<LoneEngine> {
  const surroundings = { clock: pipelining ? systemClock : impatientClock, ids: randomIds, log: silentLog };
  const { host, port } = server;
  const link = createRedisLink({ servers: [{ host, port }] }, surroundings);
  const engine = createRedisEngine({ link, prefix: `lone-${randomIds.letters(8)}`, ...surroundings });
  await engine.start(`node-${randomIds.letters(8)}`, nobody);
  return {
    async publish(channel, data, kept) {
      await engine.broker.publish(channel as ChannelKey, { data, offset: 0 }, kept ? { stream } : {});
    },
    stop: () => engine.stop(),
  };
}
