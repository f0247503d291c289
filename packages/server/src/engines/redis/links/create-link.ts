import type { Link } from "../link.ts";
import type { ConnectionOptions, RedisServerOptions } from "./connection.ts";
import { createSingleLink } from "./single.ts";

export interface RedisLinkOptions extends Pick<ConnectionOptions, "connectTimeoutMs" | "commandTimeoutMs"> {
  readonly servers: readonly RedisServerOptions[];
}

type Surroundings = Pick<ConnectionOptions, "clock" | "ids" | "log">;

/** The link that the options describe, not yet open. */
export function createRedisLink({ servers, ...limits }: RedisLinkOptions, surroundings: Surroundings): Link {
  const [server, ...more] = servers;
  if (!server || more.length > 0) throw new Error("engine.redis.address: expected one address");
  return createSingleLink({ name: nameOf(server), server, ...limits, ...surroundings });
}

const nameOf = ({ path, host, port }: RedisServerOptions): string => path ?? `${host}:${port}`;
