import type { Broker, ChannelKey, PublishOptions, PublishResult } from "../../hub/index.ts";
import { encodeArrival, encodePublication } from "./envelope.ts";
import { failedAway, publishFailed } from "./failures.ts";
import type { Keys } from "./keys.ts";
import type { Link } from "./link.ts";
import { publishOnce } from "./scripts.ts";
import { type Streams, whole } from "./streams.ts";

export interface BrokerOptions {
  readonly link: Link;
  readonly keys: Keys;
  readonly streams: Streams;
  /** Throws when the engine is not running. */
  readonly running: () => void;
  /** Channels whose events this node wants. */
  readonly subscribed: Set<ChannelKey>;
}

const PUBLISHED: PublishResult = { suppressed: false };

export function createBroker({ link, keys, streams, running, subscribed }: BrokerOptions): Broker {
  async function send(key: ChannelKey, envelope: Buffer): Promise<PublishResult> {
    const partition = link.partitionOf(key);
    await partition.send({ name: partition.publishCommand, args: [keys.channel(key), envelope] });
    return PUBLISHED;
  }

  async function sendOnce(key: ChannelKey, envelope: Buffer, once: Idempotency): Promise<PublishResult> {
    const partition = link.partitionOf(key);
    const sent = await partition.send({
      script: publishOnce,
      keys: [keys.once(key, once.key)],
      args: [envelope, whole(once.ttlMs), partition.publishCommand, keys.channel(key)],
    });
    return { suppressed: sent !== 1 };
  }

  return {
    async subscribe(key) {
      running();
      subscribed.add(key);
      await link.partitionOf(key).subscribe(keys.channel(key)).catch(failedAway);
    },
    async unsubscribe(key) {
      running();
      subscribed.delete(key);
      await link.partitionOf(key).unsubscribe(keys.channel(key));
    },
    async publish(key, publication, options) {
      running();
      const envelope = encodePublication(publication);
      const { stream, idempotency } = options;
      if (stream) return streams.publish(key, envelope, { ...options, stream }).catch(publishFailed);
      return (idempotency ? sendOnce(key, envelope, idempotency) : send(key, envelope)).catch(publishFailed);
    },
    async join(key, info) {
      running();
      await send(key, encodeArrival("join", info)).catch(failedAway);
    },
    async leave(key, info) {
      running();
      await send(key, encodeArrival("leave", info)).catch(failedAway);
    },
    async history(key, query) {
      running();
      return streams.read(key, query).catch(failedAway);
    },
    async tops(wanted) {
      running();
      return streams.tops(wanted).catch(failedAway);
    },
    async removeHistory(key) {
      running();
      await streams.remove(key).catch(failedAway);
    },
  };
}

type Idempotency = NonNullable<PublishOptions["idempotency"]>;
