import type { Listener } from "../../hub/ports/listener.ts";
import { createClientAddress } from "../forwarded.ts";
import { KEEP_ALIVE_SECONDS, type ListenerOptions } from "../listener-options.ts";
import { Stalls } from "../stalls.ts";
import { TurnWriter } from "../turn-writer.ts";
import type { Surroundings } from "./connection.ts";
import { BunEndpoint } from "./endpoint.ts";
import { Lanes } from "./lanes.ts";
import { Pressure } from "./pressure.ts";
import { TopicTable } from "./topics.ts";

export interface BunListenerOptions extends ListenerOptions {
  /** A topic with more sockets than this is written in several turns of the event loop. */
  readonly largeTopicMembers?: number;
  /** How many sockets are written together then. */
  readonly laneSize?: number;
  /** The bound for every upgrade: none may accept larger messages. */
  readonly largestMessageBytes?: number;
  /** Whether any upgrade may compress; Bun fixes that with the server. */
  readonly compression?: boolean;
}

/** Streams written in one turn of the event loop, at about 15 µs each. */
const STREAMS_PER_TURN = 600;

/** Moves bytes with Bun's own server and its native topics. */
export function createBunListener(options: BunListenerOptions): Listener {
  const { clock, log, maxBufferedBytes, maxConnections, compression = false } = options;
  const clientAddress = createClientAddress(options.trustedProxies);
  const lanes = new Lanes({ clock, size: options.laneSize ?? 500, maxBytes: maxBufferedBytes });
  const pressure = new Pressure({ clock, maxBufferedBytes });
  const topics = new TopicTable({
    lanes,
    pressure,
    largeTopicMembers: options.largeTopicMembers ?? 1_000,
  });
  const writer = new TurnWriter(clock, STREAMS_PER_TURN);
  const endpoints: BunEndpoint[] = [];
  let connections = 0;

  const surroundings: Surroundings = {
    log,
    lanes,
    pressure,
    stalls: new Stalls(clock, options.writeTimeoutMs ?? 0),
    maxBufferedBytes,
    compression,
    opened: () => {
      connections++;
    },
    closing: (outlet) => topics.leaveAll(outlet),
    gone: () => {
      connections--;
    },
  };

  return {
    topics,
    async open(endpoint) {
      const bound = new BunEndpoint(endpoint, {
        surroundings,
        clock,
        writer,
        clientAddress,
        keepAliveSeconds: options.keepAliveSeconds ?? KEEP_ALIVE_SECONDS,
        largestMessageBytes: options.largestMessageBytes ?? 16 * 1024 * 1024,
        isFull: () => connections >= maxConnections,
        started: (server) => topics.addServer(server),
        ended: (server) => topics.removeServer(server),
      });
      await bound.open();
      endpoints.push(bound);
      return bound;
    },
    async drain() {
      for (const endpoint of endpoints) endpoint.drain();
    },
    async emptied() {
      await Promise.all(endpoints.map((endpoint) => endpoint.emptied()));
    },
    async stop() {
      lanes.flush();
      writer.flush();
      await Promise.all(endpoints.splice(0).map((endpoint) => endpoint.stop()));
    },
  };
}
