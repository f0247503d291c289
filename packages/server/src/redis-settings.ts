import { readFileSync } from "node:fs";
import { parseEndpoint, parseRedisAddress } from "./config/redis-address.ts";
import type { Config } from "./config/schema.ts";

type RedisConfig = Config["engine"]["redis"];

/** What the engine's links take; only `compose.ts` knows that engine by name. */
export interface RedisLinkSettings {
  readonly servers: readonly RedisServerSettings[];
  readonly connectTimeoutMs: number;
  readonly commandTimeoutMs: number;
  readonly waitReplicas?: { readonly count: number; readonly timeoutMs: number };
}

interface RedisEndpoint {
  readonly host: string;
  readonly port: number;
}

interface RedisServerSettings {
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
  readonly sentinels?: RedisEndpoint[];
  readonly name?: string;
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: string;
  readonly enableTLSForSentinelMode?: boolean;
  readonly sentinelTLS?: TlsSettings;
  readonly cluster?: { readonly seeds: readonly RedisEndpoint[]; readonly partitions: number };
  readonly username?: string;
  readonly password?: string;
  readonly db?: number;
  readonly connectionName: string;
  readonly tls?: TlsSettings;
}

interface TlsSettings {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized: boolean;
}

const SENTINEL_PORT = 26_379;

/** The ways to Redis that the configuration names, as the engine takes them. Reads certificate files. */
export function toRedisLink(redis: RedisConfig): RedisLinkSettings {
  return {
    servers: toServers(redis),
    connectTimeoutMs: redis.connect_timeout,
    commandTimeoutMs: redis.io_timeout,
    ...(redis.wait_replicas > 0
      ? { waitReplicas: { count: redis.wait_replicas, timeoutMs: redis.wait_replicas_timeout } }
      : {}),
  };
}

function toServers(redis: RedisConfig): RedisServerSettings[] {
  const common = { ...login(redis), connectionName: redis.client_name };
  const tls = redis.tls.enabled ? { tls: toTls(redis.tls) } : {};
  if (redis.cluster_address.length > 0) {
    const partitions = redis.sharded_pub_sub_partitions;
    return redis.cluster_address.map((group) => ({
      ...common,
      ...tls,
      cluster: { seeds: endpoints(group), partitions },
    }));
  }
  if (redis.sentinel_address.length > 0) {
    return redis.sentinel_address.map((group) => ({ ...common, ...tls, ...toSentinels(group, redis) }));
  }
  return redis.address.map((address) => ({ ...common, ...toServer(address, redis) }));
}

function toSentinels(group: string, redis: RedisConfig): Partial<RedisServerSettings> {
  return {
    sentinels: endpoints(group, SENTINEL_PORT),
    name: redis.sentinel_master_name,
    ...(redis.sentinel_user && { sentinelUsername: redis.sentinel_user }),
    ...(redis.sentinel_password && { sentinelPassword: redis.sentinel_password }),
    ...(redis.sentinel_tls.enabled && { enableTLSForSentinelMode: true, sentinelTLS: toTls(redis.sentinel_tls) }),
    db: redis.db,
  };
}

function toServer(text: string, redis: RedisConfig): Partial<RedisServerSettings> {
  const address = parseRedisAddress(text);
  // The configuration was checked when it was read.
  if ("problem" in address) throw new Error(`engine.redis.address: ${address.problem}`);
  const place =
    "path" in address
      ? { path: address.path }
      : {
          host: address.host,
          port: address.port,
          ...(address.tls || redis.tls.enabled ? { tls: toTls(redis.tls) } : {}),
        };
  return { ...place, ...login(address), db: address.db ?? redis.db };
}

const login = ({
  user,
  password,
}: {
  readonly user?: string;
  readonly password?: string;
}): Partial<RedisServerSettings> => ({
  ...(user && { username: user }),
  ...(password && { password }),
});

const endpoints = (group: string, defaultPort?: number): RedisEndpoint[] =>
  group.split(",").flatMap((each) => {
    const endpoint = parseEndpoint(each.trim(), defaultPort);
    return endpoint ? [{ host: endpoint.host, port: endpoint.port }] : [];
  });

const toTls = (tls: RedisConfig["tls"]): TlsSettings => ({
  ...(tls.server_ca_pem && { ca: pem(tls.server_ca_pem) }),
  ...(tls.cert_pem && { cert: pem(tls.cert_pem) }),
  ...(tls.key_pem && { key: pem(tls.key_pem) }),
  ...(tls.server_name && { servername: tls.server_name }),
  rejectUnauthorized: !tls.insecure_skip_verify,
});

/** PEM text as it is, or that of the file. */
const pem = (value: string): string => (value.includes("-----BEGIN") ? value : readFileSync(value, "utf8"));
