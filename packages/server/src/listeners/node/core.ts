import { createClientAddress } from "../forwarded.ts";
import type { ListenerOptions } from "../listener-options.ts";
import { Stalls } from "../stalls.ts";
import { TurnWriter } from "../turn-writer.ts";
import type { Connection, Surroundings } from "./connection.ts";
import type { FrontOptions } from "./front.ts";
import { TopicTable } from "./topics.ts";

/** Connections written in one turn of the event loop, at 6 µs each, or 20 µs in a cold process. */
const WRITES_PER_TURN = 400;

/** Everything of a listener but its servers. */
export interface ListenerCore {
  readonly topics: TopicTable;
  readonly frontOptions: FrontOptions;
  /** Resolves when no connection is left. */
  emptied(): Promise<void>;
  /** Ends all connections; resolves when the last one is gone. */
  cutAll(): Promise<void>;
}

export function createCore({
  clock,
  log,
  maxBufferedBytes,
  maxConnections,
  trustedProxies,
  writeTimeoutMs = 0,
}: ListenerOptions): ListenerCore {
  const topics = new TopicTable();
  const connections = new Set<Connection>();
  let waiting: (() => void)[] = [];
  const emptied = (): Promise<void> =>
    new Promise((resolve) => (connections.size === 0 ? resolve() : waiting.push(resolve)));

  const surroundings: Surroundings = {
    clock,
    log,
    maxBufferedBytes,
    stalls: new Stalls(clock, writeTimeoutMs),
    writer: new TurnWriter(clock, WRITES_PER_TURN),
    opened: (connection) => connections.add(connection),
    closing: (connection) => topics.leaveAll(connection),
    gone(connection) {
      connections.delete(connection);
      if (connections.size > 0) return;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
  };

  return {
    topics,
    frontOptions: {
      surroundings,
      clientAddress: createClientAddress(trustedProxies),
      isFull: () => connections.size >= maxConnections,
    },
    emptied,
    async cutAll() {
      const empty = emptied();
      for (const connection of connections) {
        connection.close({ code: 1001, reason: "server stopped" });
        connection.cut();
      }
      await empty;
    },
  };
}
