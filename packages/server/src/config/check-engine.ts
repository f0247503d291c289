import { parseEndpoint, parseRedisAddress } from "./redis-address.ts";
import type { Config } from "./schema.ts";

type RedisConfig = Config["engine"]["redis"];

/** Addresses that lead somewhere, of one topology, with what it needs. */
export function checkEngine({ engine }: Config): string[] {
  const { redis } = engine;
  if (engine.type !== "redis") return [];
  return [...checkTopology(redis), ...checkAddresses(redis), ...checkTls(redis)];
}

/** One address per item looks like one group and means several. */
export function warnEngine({ engine: { type, redis } }: Config): string[] {
  if (type !== "redis") return [];
  return (["sentinel_address", "cluster_address"] as const)
    .filter((name) => redis[name].length > 1 && redis[name].every((item) => !item.includes(",")))
    .map(
      (name) =>
        `engine.redis.${name}: each item of the list is a shard of its own; addresses of one belong into one item, separated by commas`,
    );
}

function checkTopology(redis: RedisConfig): string[] {
  const problems: string[] = [];
  const [sentinel, cluster] = [redis.sentinel_address.length > 0, redis.cluster_address.length > 0];
  if (sentinel && cluster) problems.push("engine.redis: set sentinel_address or cluster_address, not both");
  if (sentinel && !redis.sentinel_master_name) {
    problems.push("engine.redis.sentinel_master_name: missing; sentinel_address needs it");
  }
  if (!sentinel && redis.sentinel_master_name) {
    problems.push("engine.redis.sentinel_address: missing; sentinel_master_name needs it");
  }
  if (!sentinel && !cluster && redis.address.length === 0) problems.push("engine.redis.address: missing");
  if (cluster && redis.db > 0) problems.push("engine.redis.db: a Redis Cluster has only database 0");
  if (redis.user && !redis.password) problems.push("engine.redis.password: missing; user needs it");
  for (const name of ["connect_timeout", "io_timeout", "wait_replicas_timeout"] as const) {
    if (redis[name] === 0) problems.push(`engine.redis.${name}: must be longer than 0`);
  }
  if (redis.wait_replicas > 0 && redis.wait_replicas_timeout >= redis.io_timeout) {
    problems.push("engine.redis.wait_replicas_timeout: must be shorter than engine.redis.io_timeout");
  }
  return problems;
}

function checkAddresses(redis: RedisConfig): string[] {
  const problems: string[] = [];
  for (const name of ["sentinel_address", "cluster_address"] as const) {
    for (const [index, item] of redis[name].entries()) {
      if (item.split(",").every((each) => parseEndpoint(each.trim()))) continue;
      problems.push(`engine.redis.${name}[${index}]: expected host:port, several of one group separated by commas`);
    }
  }
  if (redis.sentinel_address.length > 0 || redis.cluster_address.length > 0) return problems;
  for (const [index, item] of redis.address.entries()) {
    const address = parseRedisAddress(item);
    if ("problem" in address) problems.push(`engine.redis.address[${index}]: ${address.problem}`);
    else if ("path" in address && redis.tls.enabled) {
      problems.push(`engine.redis.address[${index}]: a unix socket has no TLS; engine.redis.tls is enabled`);
    }
  }
  return problems;
}

function checkTls({ tls, sentinel_tls: sentinelTls }: RedisConfig): string[] {
  return [["tls", tls] as const, ["sentinel_tls", sentinelTls] as const]
    .filter(([, each]) => (each.cert_pem === "") !== (each.key_pem === ""))
    .map(([name]) => `engine.redis.${name}: set cert_pem and key_pem, or neither`);
}
