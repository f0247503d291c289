import type { ChannelKey, Engine, EngineEvents } from "../../hub/index.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Ids } from "../../kit/ids.ts";
import type { Log } from "../../kit/log.ts";
import { createBroker } from "./broker.ts";
import { decodeEnvelope, encodeControl } from "./envelope.ts";
import { failed } from "./failures.ts";
import { createKeys } from "./keys.ts";
import { type Link, NotSent, type Partition } from "./link.ts";
import { createNodes } from "./nodes.ts";
import { createPresence } from "./presence.ts";

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

/** Keeps channels in Redis: many nodes, equal to each other, and what they keep outlives them. */
export function createRedisEngine({ link, prefix, clock, ids, log }: RedisEngineOptions): Engine {
  const keys = createKeys(prefix, link);
  const nodes = createNodes({ link, keys, clock });
  const subscribed = new Set<ChannelKey>();
  let member: Member | undefined;
  const joined = (): Member => {
    if (!member) throw new Error("the Redis engine is not running: it was not started, or it was stopped");
    return member;
  };

  async function send(channelOf: (partition: Partition) => string, envelope: Buffer): Promise<void> {
    // Always the same one while it works: messages of one node arrive in their order.
    for (const [index, partition] of link.control.entries()) {
      try {
        await partition.send({ name: partition.publishCommand, args: [channelOf(partition), envelope] });
        return;
      } catch (error) {
        if (!(error instanceof NotSent) || index === link.control.length - 1) throw failed(error);
      }
    }
  }

  function deliver({ node, events }: Member, channel: string, payload: Buffer): void {
    const key = keys.keyOf(channel);
    if (key !== undefined && !subscribed.has(key)) return;
    const envelope = decodeEnvelope(payload);
    if (envelope?.kind === "control") {
      if (key === undefined && envelope.from !== node) events.control(envelope.message, envelope.from);
    } else if (envelope === undefined || key === undefined) {
      log.warn("a message from Redis is of no form that this version knows", { channel });
    } else if (envelope.kind === "publication") {
      events.publication(key, envelope.publication, envelope.epoch);
    } else {
      events[envelope.kind](key, envelope.info);
    }
  }

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
    broker: createBroker({ link, keys, ids, running: () => void joined(), subscribed }),
    presence: createPresence({ link, keys, nodes, self: () => joined().node }),
    control: {
      async send(message, to) {
        const { node } = joined();
        if (to === node) return;
        const envelope = encodeControl(message, node);
        await send((partition) => (to === undefined ? keys.everybody(partition) : keys.node(partition, to)), envelope);
      },
    },
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
