/** Where a Redis is and as whom, as far as its address tells. */
export type RedisAddress = RedisPlace & {
  readonly user?: string;
  readonly password?: string;
  readonly db?: number;
};

type RedisPlace =
  | { readonly host: string; readonly port: number; readonly tls: boolean }
  /** Of a unix socket. */
  | { readonly path: string };

const DEFAULT_PORT = 6379;

/** Reads an address in any of its forms; what is wrong with it otherwise, without quoting it: it may hold a password. */
export function parseRedisAddress(text: string): RedisAddress | { readonly problem: string } {
  if (!text.includes("://")) return parseEndpoint(text) ?? { problem: EXPECTED };
  const socket = /^(?:redis\+)?unix:\/\/(?:([^:@/]*):([^@/]*)@)?(\/[^?]+)(?:\?db=(\d+))?$/.exec(text);
  if (socket) {
    const [, user = "", password = "", path = "", db] = socket;
    return { path, ...login(user, password), ...(db === undefined ? {} : { db: Number(db) }) };
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !["redis:", "rediss:"].includes(url.protocol)) return { problem: otherProtocol(text) ?? EXPECTED };
  if (!url.hostname || url.hash || !/^\/?\d*$/.test(url.pathname)) return { problem: EXPECTED };
  if (url.search) return { problem: "found parameters after a question mark; set them as options of engine.redis" };
  const db = url.pathname.slice(1);
  return {
    host: bare(url.hostname),
    port: Number(url.port || DEFAULT_PORT),
    tls: url.protocol === "rediss:",
    ...login(url.username, url.password),
    ...(db === "" ? {} : { db: Number(db) }),
  };
}

const EXPECTED = "expected redis://[user:password@]host:port[/db], rediss://…, unix:///path or host:port";

/** Reads `host:port`, with brackets around an IPv6 address; the port of Redis when there is none. */
export function parseEndpoint(
  text: string,
  defaultPort: number = DEFAULT_PORT,
): { readonly host: string; readonly port: number; readonly tls: false } | undefined {
  const [, host = "", port = String(defaultPort)] = /^(\[[0-9a-fA-F:.]+\]|[^:/@\s,]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (host === "" || Number(port) > 65_535) return undefined;
  return { host: bare(host), port: Number(port), tls: false };
}

const bare = (host: string): string => host.replace(/^\[|\]$/g, "");

function login(user: string, password: string): { readonly user?: string; readonly password?: string } {
  return {
    ...(user === "" ? {} : { user: decodeURIComponent(user) }),
    ...(password === "" ? {} : { password: decodeURIComponent(password) }),
  };
}

function otherProtocol(text: string): string | undefined {
  if (text.startsWith("redis+sentinel://")) return "set engine.redis.sentinel_address and sentinel_master_name instead";
  if (text.startsWith("redis+cluster://")) return "set engine.redis.cluster_address instead";
  return undefined;
}
