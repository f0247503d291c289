import type { Log } from "../../../../../packages/server/src/index.ts";
import type { BusEvent, BusHealth, EventBus } from "./event-bus.interface.ts";
import { createInProcessBus } from "./in-process-bus.ts";
import { createRedisWay, type RedisAddress } from "./redis-way.ts";

export interface RedisBusOptions {
  readonly redis: RedisAddress;
  readonly log: Log;
  /** Called whenever the way to the other instances opens or breaks. */
  readonly changed?: (health: BusHealth) => void;
}

/** What travels between instances. */
interface Envelope<E> {
  readonly originId: string;
  readonly event: E;
}

const CHANNEL = "events:sale";
/** Events that are remembered, so that none is delivered twice. */
const REMEMBERED = 10_000;

/**
 * Tells listeners here at once and other instances over Redis. Without Redis, at the start or later, it goes on alone and
 * says so; it comes back by itself. Redis keeps nothing for who is away: events of an outage stay where they happened.
 */
export function createRedisBus<E extends BusEvent>({ redis, log, changed }: RedisBusOptions): EventBus<E> {
  const local = createInProcessBus<E>(log);
  const originId = crypto.randomUUID();
  const seen = createMemory(REMEMBERED);
  let untold = 0;
  let wasUp: boolean | undefined;

  const health = (): BusHealth => ({ reach: way.isUp ? "redis" : "local", degraded: !way.isUp, untold });
  function note(): void {
    if (way.isUp === wasUp) return;
    wasUp = way.isUp;
    if (wasUp) log.info("Redis is there: all instances hear each other", { untold });
    else log.warn("Redis is away: events stay on this instance", { untold });
    changed?.(health());
  }
  const way = createRedisWay({
    redis,
    channel: CHANNEL,
    changed: note,
    failed: (error) => log.debug("a connection to Redis failed", { error: error.message }),
    receive(text) {
      const envelope = readEnvelope<E>(text);
      if (!envelope) log.warn("something else speaks on the channel of the event bus", { channel: CHANNEL });
      else if (envelope.originId !== originId && seen.isNew(envelope.event.id)) local.publish(envelope.event);
    },
  });

  return {
    publish(event) {
      if (!seen.isNew(event.id)) return;
      local.publish(event);
      const envelope: Envelope<E> = { originId, event };
      way.tell(JSON.stringify(envelope)).catch(() => {
        untold++;
        log.warn("an event stays on this instance", { event: event.id });
      });
    },
    subscribe: (listener) => local.subscribe(listener),
    get health() {
      return health();
    },
    async close() {
      way.close();
      await local.close();
    },
  };
}

function readEnvelope<E extends BusEvent>(text: string): Envelope<E> | undefined {
  try {
    const value = JSON.parse(text) as Partial<Envelope<E>> | null;
    return value?.event && typeof value.originId === "string" && typeof value.event.id === "string"
      ? { originId: value.originId, event: value.event }
      : undefined;
  } catch {
    return undefined;
  }
}

/** The last so many ids. */
function createMemory(limit: number): { isNew(id: string): boolean } {
  const ids = new Set<string>();
  return {
    isNew(id) {
      if (ids.has(id)) return false;
      ids.add(id);
      if (ids.size > limit) {
        for (const oldest of ids) {
          ids.delete(oldest);
          break;
        }
      }
      return true;
    },
  };
}
