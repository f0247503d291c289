import type { ClientInfo, PresenceStore } from "../../hub/index.ts";
import { decodePresence, encodePresence, type Presence } from "./envelope.ts";
import { failedAway, transact } from "./failures.ts";
import type { Keys } from "./keys.ts";
import type { Link, Reply } from "./link.ts";
import type { Nodes } from "./nodes.ts";
import { presenceAdd } from "./scripts.ts";
import { whole } from "./streams.ts";

export interface PresenceOptions {
  readonly link: Link;
  readonly keys: Keys;
  readonly nodes: Nodes;
  /** The name of this node; throws when the engine is not running. */
  readonly self: () => string;
}

/** Every entry names the node that added it, and counts while that node is alive and the entry's own time lasts. */
export function createPresence({ link, keys, nodes, self }: PresenceOptions): PresenceStore {
  async function list(key: Parameters<PresenceStore["list"]>[0]): Promise<readonly ClientInfo[]> {
    const [time, fields] = await transact(link.partitionOf(key), [
      { name: "TIME", args: [] },
      { name: "HGETALL", args: [keys.presence(key)] },
    ]);
    const [seconds, micros] = time as readonly Reply[];
    const now = Number(seconds) * 1000 + Number(micros) / 1000;
    const present: Presence[] = [];
    for (const [index, field] of (fields as readonly Buffer[]).entries()) {
      const entry = index % 2 === 1 ? decodePresence(field) : undefined;
      if (entry && entry.until > now) present.push(entry);
    }
    const alive = await nodes.areAlive(new Set(present.map((entry) => entry.node)));
    return present.filter((entry) => alive.has(entry.node)).map((entry) => entry.info);
  }

  return {
    async add(key, info, ttlMs) {
      const node = self();
      await link
        .partitionOf(key)
        .send({
          script: presenceAdd,
          keys: [keys.presence(key), keys.presenceEnds(key)],
          args: [info.client, encodePresence(node, info), whole(ttlMs)],
        })
        .catch(failedAway);
    },
    async remove(key, client) {
      self();
      await transact(link.partitionOf(key), [
        { name: "HDEL", args: [keys.presence(key), client] },
        { name: "ZREM", args: [keys.presenceEnds(key), client] },
      ]).catch(failedAway);
    },
    async list(key) {
      self();
      return list(key).catch(failedAway);
    },
    async stats(key) {
      self();
      const infos = await list(key).catch(failedAway);
      return { clients: infos.length, users: new Set(infos.map((info) => info.user)).size };
    },
  };
}
