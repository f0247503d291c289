import { hashText } from "../../../kit/text-hash.ts";
import type { Link } from "../link.ts";

/**
 * Several Redis side by side that know nothing of each other. A key belongs to the one that scores highest with it, so
 * that another Redis more takes over its share of the keys and moves no others (rendezvous hashing).
 */
export function createShardedLink(links: readonly Link[]): Link {
  const shards = links.map((link) => ({ link, seed: hashText(link.name) }));
  return {
    name: links.map((link) => link.name).join(", "),
    partitions: links.flatMap((link) => link.partitions),
    control: links.flatMap((link) => link.control),
    partitionOf(key) {
      let [best] = shards;
      let highest = -1;
      for (const shard of shards) {
        const score = hashText(key, shard.seed);
        if (score <= highest) continue;
        highest = score;
        best = shard;
      }
      if (!best) throw new Error("no Redis at all");
      return best.link.partitionOf(key);
    },
    async open(events) {
      const opened = await Promise.allSettled(links.map((link) => link.open(events)));
      const failed = opened.find((each) => each.status === "rejected");
      if (!failed) return;
      await Promise.all(links.map((link) => link.close()));
      throw failed.reason;
    },
    async close() {
      await Promise.all(links.map((link) => link.close()));
    },
  };
}
