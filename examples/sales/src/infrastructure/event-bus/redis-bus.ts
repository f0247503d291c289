import { Redis } from "ioredis";
import type { Log } from "../../../../../packages/server/src/index.ts";
import type { BusEvent, BusHealth, EventBus } from "./event-bus.interface.ts";
import { createInProcessBus } from "./in-process-bus.ts";

export interface RedisBusOptions {
  readonly redis: RedisAddress;
  readonly log: Log;
  /** Called whenever the way to the other instances opens or breaks. */
  readonly changed?: (health: BusHealth) => void;
}

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly password?: string;
  readonly db: number;
}

/** What travels between instances. */
interface Envelope<E> {
  readonly originId: string;
  readonly event: E;
}

const CHANNEL = "events:sale";
/** Events that are remembered, so that none is delivered twice. */
const REMEMBERED = 10_000;
const RETRY_LIMIT_MS = 2_000;

/**
 * Tells listeners here at once and other instances over Redis. Without Redis, at the start or later, it goes on alone and
 * says so; it comes back by itself. Redis keeps nothing for who is away: events of an outage stay where they happened.
 */
export function createRedisBus<E extends BusEvent>({ redis: at, log, changed }: RedisBusOptions): EventBus<E> {
  const local = createInProcessBus<E>(log);
  const originId = crypto.randomUUID();
  const seen = createMemory(REMEMBERED);
  const options = {
    ...at,
    // What cannot leave now is not kept for later: it would come too late and out of order.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: RETRY_LIMIT_MS,
    retryStrategy: (attempt: number) => Math.min(100 * attempt, RETRY_LIMIT_MS),
  };
  const teller = new Redis(options);
  const hearer = new Redis({ ...options, autoResubscribe: false });
  let listening = false;
  let untold = 0;

  const health = (): BusHealth => {
    const up = listening && teller.status === "ready";
    return { reach: up ? "redis" : "local", degraded: !up, untold };
  };
  let degraded = true;
  function note(): void {
    const now = health();
    if (now.degraded === degraded) return;
    degraded = now.degraded;
    if (degraded) log.warn("Redis is away: events stay on this instance", { untold });
    else log.info("Redis is there: all instances hear each other", { untold });
    changed?.(now);
  }

  function receive(text: string): void {
    const envelope = readEnvelope<E>(text);
    if (!envelope) log.warn("something else speaks on the channel of the event bus", { channel: CHANNEL });
    else if (envelope.originId !== originId && seen.isNew(envelope.event.id)) local.publish(envelope.event);
  }

  teller.on("ready", note);
  hearer.on("ready", () => {
    hearer.subscribe(CHANNEL).then(
      () => {
        listening = true;
        note();
      },
      () => hearer.disconnect(true),
    );
  });
  hearer.on("message", (_channel, text) => receive(text));
  hearer.on("close", () => {
    listening = false;
  });
  for (const connection of [teller, hearer]) {
    connection.on("close", note);
    // Without a listener an error would end the process; the state is told by `note`, a first failure here.
    connection.once("error", (error) =>
      log.warn("no connection to Redis; it is tried again", { error: error.message }),
    );
    connection.on("error", () => {});
  }

  return {
    publish(event) {
      if (!seen.isNew(event.id)) return;
      local.publish(event);
      const envelope: Envelope<E> = { originId, event };
      teller.publish(CHANNEL, JSON.stringify(envelope)).catch(() => {
        untold++;
        log.warn("an event stays on this instance", { event: event.id });
      });
    },
    subscribe: (listener) => local.subscribe(listener),
    get health() {
      return health();
    },
    async close() {
      teller.disconnect();
      hearer.disconnect();
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
