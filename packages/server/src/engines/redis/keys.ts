import type { ChannelKey } from "../../hub/index.ts";
import type { Link, Partition } from "./link.ts";

/** Every name in Redis: of keys, and of the channels that its messages travel on. */
export interface Keys {
  /** The channel's publications. */
  stream(key: ChannelKey): string;
  /** Offset, epoch, version and generation of the stream. */
  meta(key: ChannelKey): string;
  /** The result of the publication with this idempotency key. */
  once(key: ChannelKey, idempotencyKey: string): string;
  /** Who is present, by client id. */
  presence(key: ChannelKey): string;
  /** Client ids by the end of their presence. */
  presenceEnds(key: ChannelKey): string;
  /** Where events of the channel travel. */
  channel(key: ChannelKey): string;
  /** The other way round. */
  keyOf(channel: string): ChannelKey | undefined;
  /** Which nodes are alive. */
  nodes(partition: Partition): string;
  /** Messages to all nodes. */
  everybody(partition: Partition): string;
  /** Messages to one node. */
  node(partition: Partition, node: string): string;
  /** What a tenant does not trust any more. */
  revocations(tenant: string): string;
  /** Their names by their ends. */
  revocationEnds(tenant: string): string;
  /** What publications of a tenant have to be, by name. */
  schemas(tenant: string): string;
}

const CHANNEL = ":c:";

/**
 * `prefix`, the tag of the partition, what it is, and whose. The tag stands before anything that a channel may be called,
 * so that a Cluster hashes the tag and nothing else.
 */
export function createKeys(prefix: string, link: Link): Keys {
  const of = (kind: string, key: string): string => `${prefix}${link.partitionOf(key).tag}:${kind}:${key}`;
  return {
    stream: (key) => of("stream", key),
    meta: (key) => of("meta", key),
    // With the length, two channels never share a name, whatever their idempotency keys.
    once: (key, idempotencyKey) => `${of(`once:${key.length}`, key)}:${idempotencyKey}`,
    presence: (key) => of("presence", key),
    presenceEnds: (key) => of("presence-ends", key),
    channel: (key) => of("c", key),
    keyOf(channel) {
      const at = channel.indexOf(CHANNEL, prefix.length);
      return at < 0 ? undefined : (channel.slice(at + CHANNEL.length) as ChannelKey);
    },
    nodes: ({ tag }) => `${prefix}${tag}:nodes`,
    everybody: ({ tag }) => `${prefix}${tag}:everybody`,
    node: ({ tag }, node) => `${prefix}${tag}:node:${node}`,
    revocations: (tenant) => of("revocations", tenant),
    revocationEnds: (tenant) => of("revocation-ends", tenant),
    schemas: (tenant) => of("schemas", tenant),
  };
}
