import type { ChannelKey, Engine, HubError, Publication, PublishOptions } from "../../hub/index.ts";
import { errors, HubError as HubErrorClass } from "../../hub/index.ts";
import { type Clock, systemClock } from "../../kit/clock.ts";
import { randomIds } from "../../kit/ids.ts";
import { silentLog } from "../../kit/log.ts";
import { createRedisEngine, createRedisLink } from "./index.ts";
import type { RedisServer } from "./processes/redis-server.fixture.ts";

export const kept: PublishOptions = { stream: { size: 100, ttlMs: 60_000, metaTtlMs: 600_000 } };
export const text = (data: string): Publication => ({ data, offset: 0 });
export const newKey = (): ChannelKey => `channel:${randomIds.letters(12)}` as ChannelKey;

export interface StartedEngine extends Engine {
  readonly node: string;
  readonly publications: readonly { readonly key: ChannelKey; readonly data: unknown; readonly offset: number }[];
  readonly interruptions: readonly ((key: ChannelKey) => boolean)[];
  /** Resolves when the condition holds, which every event asks anew. */
  until(condition: () => boolean): Promise<void>;
}

export interface StartOptions {
  readonly prefix?: string;
  readonly clock?: Clock;
  readonly commandTimeoutMs?: number;
  readonly password?: string;
}

/** An engine over a single Redis, and what it told its node. */
export async function startEngine(server: RedisServer, options: StartOptions = {}): Promise<StartedEngine> {
  const { prefix = randomIds.letters(12), clock = systemClock, commandTimeoutMs, password } = options;
  const surroundings = { clock, ids: randomIds, log: silentLog };
  const { host, port } = server;
  const link = createRedisLink(
    {
      servers: [{ host, port, ...(password === undefined ? {} : { password }) }],
      ...(commandTimeoutMs === undefined ? {} : { commandTimeoutMs }),
    },
    surroundings,
  );
  const engine = createRedisEngine({ link, prefix, ...surroundings });
  const publications: { key: ChannelKey; data: unknown; offset: number }[] = [];
  const interruptions: ((key: ChannelKey) => boolean)[] = [];
  const waiting = new Set<() => void>();
  const noted = (): void => {
    for (const check of waiting) check();
  };
  const node = `node-${randomIds.letters(8)}`;
  await engine.start(node, {
    publication(key, { data, offset }) {
      publications.push({ key, data, offset });
      noted();
    },
    join() {},
    leave() {},
    control() {},
    interrupted(affects = () => true) {
      interruptions.push(affects);
      noted();
    },
  });
  return {
    ...engine,
    node,
    publications,
    interruptions,
    until: (condition) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!condition()) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
  };
}

/** For `assert.rejects`: a refusal of the hub by its name. */
export const isRefusal =
  (name: "unavailable" | "outcomeUnknown") =>
  (error: unknown): boolean =>
    error instanceof HubErrorClass && (error as HubError).code === errors[name].code;
