import { EventEmitter } from "node:events";
import type { Log } from "../../../../../packages/server/src/index.ts";
import type { BusEvent, EventBus } from "./event-bus.interface.ts";

/** For a single instance, and the local part of every other bus. */
export function createInProcessBus<E extends BusEvent>(log: Log): EventBus<E> {
  const emitter = new EventEmitter<{ event: [E] }>().setMaxListeners(0);
  return {
    publish: (event) => void emitter.emit("event", event),
    subscribe(listener) {
      const guarded = (event: E): void => {
        try {
          listener(event);
        } catch (error) {
          log.error("a listener of the event bus failed", { event: event.id, error });
        }
      };
      emitter.on("event", guarded);
      return () => void emitter.off("event", guarded);
    },
    health: { reach: "local", degraded: false, untold: 0 },
    async close() {
      emitter.removeAllListeners();
    },
  };
}
