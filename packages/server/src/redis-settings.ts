import { readFileSync } from "node:fs";
import { parseRedisAddress } from "./config/redis-address.ts";
import type { Config } from "./config/schema.ts";

type RedisConfig = Config["engine"]["redis"];

/** What the engine's links take; only `compose.ts` knows that engine by name. */
export interface RedisLinkSettings {
  readonly servers: readonly RedisServerSettings[];
  readonly connectTimeoutMs: number;
  readonly commandTimeoutMs: number;
}

interface RedisServerSettings {
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
  readonly username?: string;
  readonly password?: string;
  readonly db: number;
  readonly tls?: TlsSettings;
}

interface TlsSettings {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized: boolean;
}

/** The ways to Redis that the configuration names, as the engine takes them. Reads certificate files. */
export function toRedisLink(redis: RedisConfig): RedisLinkSettings {
  return {
    servers: redis.address.map((address) => toServer(address, redis)),
    connectTimeoutMs: redis.connect_timeout,
    commandTimeoutMs: redis.io_timeout,
  };
}

function toServer(text: string, redis: RedisConfig): RedisServerSettings {
  const address = parseRedisAddress(text);
  // The configuration was checked when it was read.
  if ("problem" in address) throw new Error(`engine.redis.address: ${address.problem}`);
  const user = address.user ?? redis.user;
  const password = address.password ?? redis.password;
  const place =
    "path" in address
      ? { path: address.path }
      : {
          host: address.host,
          port: address.port,
          ...(address.tls || redis.tls.enabled ? { tls: toTls(redis.tls) } : {}),
        };
  return {
    ...place,
    ...(user ? { username: user } : {}),
    ...(password ? { password } : {}),
    db: address.db ?? redis.db,
  };
}

const toTls = (tls: RedisConfig["tls"]): TlsSettings => ({
  ...(tls.server_ca_pem && { ca: pem(tls.server_ca_pem) }),
  ...(tls.cert_pem && { cert: pem(tls.cert_pem) }),
  ...(tls.key_pem && { key: pem(tls.key_pem) }),
  ...(tls.server_name && { servername: tls.server_name }),
  rejectUnauthorized: !tls.insecure_skip_verify,
});

/** PEM text as it is, or that of the file. */
const pem = (value: string): string => (value.includes("-----BEGIN") ? value : readFileSync(value, "utf8"));
