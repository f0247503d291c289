import type { Server } from "socket.io";
import type { Log } from "../../../kit/log.ts";
import { isEventName } from "./schemas.ts";
import type { ServiceCounters } from "./service-stats.ts";

export interface DeliveryOptions {
  readonly io: Server;
  /** Whether events reach other nodes; if not they go to the connections of this one. */
  readonly isShared: () => boolean;
  readonly counters: ServiceCounters;
  readonly log: Log;
}

export interface Target {
  /** A room of Socket.IO; absent: everybody. */
  readonly room?: string;
  /** A socket that gets nothing. */
  readonly except?: string;
}

/** The way out of the service. Nothing throws: what cannot be sent is an error that is counted. */
export class Delivery {
  readonly #options: DeliveryOptions;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Sends a message of the application and counts it. */
  publish(target: Target, event: string, data: unknown): boolean {
    const { io, counters } = this.#options;
    if (!isEventName(event)) return this.fail();
    if (!this.send(target, event, data)) return false;
    const { adapter, sockets } = io.sockets;
    counters.messagesPublished++;
    counters.messagesDelivered +=
      target.room === undefined ? sockets.size : (adapter.rooms.get(target.room)?.size ?? 0);
    return true;
  }

  /** Data that cannot be encoded, such as a circular one, makes Socket.IO throw. */
  send({ room, except }: Target, event: string, data: unknown): boolean {
    const { io, isShared, log } = this.#options;
    try {
      const all = isShared() ? io.to([]) : io.local;
      const chosen = room === undefined ? all : all.to(room);
      (except === undefined ? chosen : chosen.except(except)).emit(event, data);
      return true;
    } catch (error) {
      log.warn("an event was not sent", { event, error });
      return this.fail();
    }
  }

  fail(): false {
    this.#options.counters.errors++;
    return false;
  }
}
