import { hashText } from "../../../kit/text-hash.ts";
import { type Link, type LinkEvents, NotSent, type Partition } from "../link.ts";
import { ClusterMap } from "./cluster-map.ts";
import type { ConnectionOptions } from "./connection.ts";
import { Feed } from "./feed.ts";
import { redirected } from "./redirected.ts";
import { type Endpoint, slotOf } from "./slot-owners.ts";

export interface ClusterLinkOptions extends ConnectionOptions {
  /** Some nodes, of which one must answer at the start. */
  readonly seeds: readonly Endpoint[];
  /** The same on every node, and for ever: it says which slot a channel lives in. */
  readonly partitions: number;
}

/** Node messages go over so many partitions at most, which the slots of a Cluster spread over its masters. */
const CONTROL_PARTITIONS = 3;
/** Many feeds share a line, whose answers must stay below what Redis buffers for it. */
const OPEN_BATCHES = 2;

interface ClusterPartition extends Partition {
  readonly slot: number;
  readonly feed: Feed;
}

/**
 * A Redis Cluster. Channels are spread over a fixed number of partitions, each with a tag that keeps its keys and channels
 * in one slot; a partition lives at the master that has the slot, and its subscriptions follow it there.
 */
export function createClusterLink(options: ClusterLinkOptions): Link {
  const { clock, name } = options;
  let events: LinkEvents | undefined;
  let interrupted = new Set<Partition>();
  const partitions = Array.from({ length: options.partitions }, (_, index) =>
    createPartition(`p${index}`, { ...options, map: () => map, interrupted: tell }),
  );
  const byTag = new Map(partitions.map((partition) => [partition.tag, partition]));
  const map: ClusterMap = new ClusterMap(
    { ...options, slots: partitions.map(({ slot }) => slot) },
    {
      changed: place,
      message(channel, payload, line) {
        // A node that lost a slot may go on to send what it hears of it.
        if (byTag.get(tagOf(channel))?.feed.line === line) events?.message(channel, payload);
      },
      doubtful(line) {
        for (const { feed } of partitions) if (feed.line === line) feed.connect(line);
      },
    },
  );

  /** Partitions that moved or came back in one turn are told of together: whoever hears looks at every channel. */
  function tell(partition: Partition): void {
    if (interrupted.size === 0) {
      clock.nextTurn(() => {
        const told = interrupted;
        interrupted = new Set();
        events?.interrupted(told);
      });
    }
    interrupted.add(partition);
  }

  /** Every feed to the line of the master that has its slot. */
  function place(): void {
    for (const { slot, feed } of partitions) {
      const owner = map.ownerOf(slot);
      const line = owner?.line.isUp ? owner.line : undefined;
      if (feed.line === line) continue;
      // Who hears of an interruption compares positions, so commands must work too.
      if (line && owner?.commands.isUp) feed.connect(line);
      else if (feed.line) feed.disconnect();
    }
  }

  const close = (): void => {
    events = undefined;
    map.close();
    for (const { feed } of partitions) feed.close();
  };

  return {
    name,
    partitions,
    control: spread(partitions),
    partitionOf(key) {
      const partition = partitions[hashText(key) % partitions.length];
      if (!partition) throw new NotSent("a Cluster without partitions");
      return partition;
    },
    async open(listener) {
      events = listener;
      try {
        await map.open();
      } catch (error) {
        close();
        throw error;
      }
    },
    async close() {
      close();
    },
  };
}

interface PartitionOptions extends Pick<ConnectionOptions, "clock" | "name"> {
  readonly map: () => ClusterMap;
  readonly interrupted: (partition: Partition) => void;
}

function createPartition(tag: string, { clock, name, map, interrupted }: PartitionOptions): ClusterPartition {
  const slot = slotOf(tag);
  const feed = new Feed(
    { name, clock, openBatches: OPEN_BATCHES },
    { interrupted: () => interrupted(partition), misplaced: () => map().lookSoon() },
  );
  const partition: ClusterPartition = {
    tag: `{${tag}}`,
    slot,
    feed,
    publishCommand: "SPUBLISH",
    generation: "",
    send: (command) => redirected({ map: map(), slot, clock }, (commands, asking) => commands.send(command, asking)),
    transaction: (list) =>
      redirected({ map: map(), slot, clock }, (commands, asking) => commands.transaction(list, asking)),
    subscribe: (channel) => feed.subscribe(channel),
    unsubscribe: (channel) => feed.unsubscribe(channel),
  };
  return partition;
}

const tagOf = (channel: string): string => channel.slice(channel.indexOf("{"), channel.indexOf("}") + 1);

/** Some that most likely have masters of their own: the same ones on every node. */
function spread(partitions: readonly ClusterPartition[]): readonly ClusterPartition[] {
  const bySlot = [...partitions].sort((a, b) => a.slot - b.slot);
  const count = Math.min(CONTROL_PARTITIONS, bySlot.length);
  return Array.from({ length: count }, (_, index) => bySlot[Math.floor((index * bySlot.length) / count)]).filter(
    (partition) => partition !== undefined,
  );
}
