import type { ChannelKey, Engine, EngineEvents } from "../../hub/index.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Ids } from "../../kit/ids.ts";
import type { Log } from "../../kit/log.ts";
import { createBroker } from "./broker.ts";
import { createControl } from "./control.ts";
import { decodeEnvelope } from "./envelope.ts";
import { createKeys, type Keys } from "./keys.ts";
import type { Link } from "./link.ts";
import { createNodes } from "./nodes.ts";
import { createPresence } from "./presence.ts";
import { Streams } from "./streams.ts";

export interface RedisEngineOptions {
  /** Opened and closed by the engine, which has it for itself. */
  readonly link: Link;
  /** In front of every name; clusters of nodes that share a Redis differ in it. */
  readonly prefix: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** Who has joined, and as whom. */
interface Member {
  readonly node: string;
  readonly events: EngineEvents;
}

interface DeliveryOptions {
  readonly keys: Keys;
  readonly subscribed: ReadonlySet<ChannelKey>;
  readonly log: Log;
}

/** Hands a message to the member that it is for. */
function createDelivery(options: DeliveryOptions): (to: Member, channel: string, payload: Buffer) => void {
  const { keys, subscribed, log } = options;
  let isTold = false;
  return ({ node, events }, channel, payload) => {
    const key = keys.keyOf(channel);
    if (key !== undefined && !subscribed.has(key)) return;
    const envelope = decodeEnvelope(payload);
    if (envelope?.kind === "control") {
      if (key === undefined && envelope.from !== node) events.control(envelope.message, envelope.from);
    } else if (envelope && key !== undefined) {
      if (envelope.kind === "publication") events.publication(key, envelope.publication, envelope.epoch);
      else events[envelope.kind](key, envelope.info);
    } else if (!isTold) {
      // Once: while nodes of two versions run side by side, there are many.
      isTold = true;
      log.warn("messages from Redis are of no form that this version knows", { channel });
    }
  };
}

/** Keeps channels in Redis: many nodes, equal to each other, and what they keep outlives them. */
export function createRedisEngine({ link, prefix, clock, ids, log }: RedisEngineOptions): Engine {
  const keys = createKeys(prefix, link);
  const nodes = createNodes({ link, keys, clock });
  const streams = new Streams({ link, keys, ids });
  const subscribed = new Set<ChannelKey>();
  const deliver = createDelivery({ keys, subscribed, log });
  let member: Member | undefined;
  const joined = (): Member => {
    if (!member) throw new Error("the Redis engine is not running: it was not started, or it was stopped");
    return member;
  };

  async function join(self: Member): Promise<void> {
    await link.open({
      message: (channel, payload) => {
        if (member === self) deliver(self, channel, payload);
      },
      interrupted: (partitions) => {
        if (member === self) self.events.interrupted((key) => partitions.has(link.partitionOf(key)));
      },
    });
    const channels = link.control.flatMap((partition) =>
      [keys.everybody(partition), keys.node(partition, self.node)].map((channel) => partition.subscribe(channel)),
    );
    await Promise.all(channels);
    await nodes.start(self.node);
  }

  return {
    name: "redis",
    broker: createBroker({ link, keys, streams, running: () => void joined(), subscribed }),
    presence: createPresence({ link, keys, nodes, self: () => joined().node }),
    control: createControl({ link, keys, self: () => joined().node }),
    async start(node, events) {
      if (member) throw new Error(`the Redis engine is already running as ${member.node}`);
      const self = { node, events };
      member = self;
      try {
        await join(self);
      } catch (error) {
        member = undefined;
        nodes.stop();
        await link.close();
        throw error;
      }
    },
    async stop() {
      member = undefined;
      nodes.stop();
      subscribed.clear();
      await link.close();
    },
    async health() {
      joined();
      const answers = await Promise.allSettled(
        link.control.map((partition) => partition.send({ name: "PING", args: [] })),
      );
      for (const answer of answers) if (answer.status === "rejected") throw answer.reason;
    },
  };
}
