import type { Link } from "../link.ts";
import { createClusterLink } from "./cluster.ts";
import type { ConnectionOptions, RedisServerOptions } from "./connection.ts";
import { createShardedLink } from "./sharded.ts";
import { createSingleLink } from "./single.ts";
import { type Endpoint, nameOf } from "./slot-owners.ts";

/** One Redis that lives and dies as a whole: an address, the master of a Sentinel group, or a Cluster. */
export interface RedisShardOptions extends RedisServerOptions {
  /** Instead of an address: some nodes of a Cluster, and over how many partitions its slots are used. */
  readonly cluster?: { readonly seeds: readonly Endpoint[]; readonly partitions: number };
}

export interface RedisLinkOptions
  extends Pick<ConnectionOptions, "connectTimeoutMs" | "commandTimeoutMs" | "waitReplicas"> {
  /** More than one: independent shards. */
  readonly servers: readonly RedisShardOptions[];
}

type Surroundings = Pick<ConnectionOptions, "clock" | "ids" | "log">;

/** The link that the options describe, not yet open. */
export function createRedisLink({ servers, ...limits }: RedisLinkOptions, surroundings: Surroundings): Link {
  const links = servers.map(({ cluster, ...server }) => {
    const options = { server, ...limits, ...surroundings };
    if (!cluster) return createSingleLink({ name: nameOfServer(server), ...options });
    return createClusterLink({ name: cluster.seeds.map(nameOf).join(","), ...cluster, ...options });
  });
  const [link, ...more] = links;
  return link && more.length === 0 ? link : createShardedLink(links);
}

function nameOfServer({ path, host = "127.0.0.1", port = 6379, sentinels, name, db = 0 }: RedisServerOptions): string {
  const place = sentinels ? `${name} of ${sentinels.map(nameOfSentinel).join(",")}` : (path ?? nameOf({ host, port }));
  return db === 0 ? place : `${place}/${db}`;
}

const nameOfSentinel = ({ host = "127.0.0.1", port = 26_379 }: { host?: string; port?: number }): string =>
  nameOf({ host, port });
