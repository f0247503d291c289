import type { Log } from "../../../../../packages/server/src/index.ts";
import type { BusEvent, BusHealth, EventBus } from "./event-bus.interface.ts";
import { createInProcessBus } from "./in-process-bus.ts";
import { createRedisBus } from "./redis-bus.ts";
import type { RedisAddress } from "./redis-way.ts";

export interface EventBusOptions {
  /** Absent: one instance alone. */
  readonly redis?: RedisAddress;
  readonly log: Log;
  readonly changed?: (health: BusHealth) => void;
}

/** The bus that the environment asks for (`ENABLE_REDIS`). */
export const createEventBus = <E extends BusEvent>({ redis, ...options }: EventBusOptions): EventBus<E> =>
  redis ? createRedisBus({ redis, ...options }) : createInProcessBus(options.log);
