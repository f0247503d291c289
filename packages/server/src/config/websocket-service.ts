import { ConfigError } from "./config-error.ts";

/** What the environment says about a `WebSocketService`; what it does not say is absent. Times in milliseconds. */
export interface WebSocketServiceEnvironment {
  readonly redis?: { readonly host: string; readonly port: number; readonly password: string };
  readonly corsOrigins?: readonly string[];
  readonly pingInterval?: number;
  readonly pingTimeout?: number;
  readonly maxHttpBufferSize?: number;
  readonly rateLimit?: number;
  readonly rateWindow?: number;
  readonly jwt: {
    readonly secret?: string;
    readonly jwksUrl?: string;
    readonly issuer?: string;
    readonly audience?: string;
  };
  readonly adminKey?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const REDIS_PORT = 6_379;

/** Reads `REDIS_*`, `WS_*` and `JWT_*`. An empty variable counts as absent. Throws `ConfigError`. */
export function readWebSocketServiceEnvironment(env: Environment = process.env): WebSocketServiceEnvironment {
  const problems: string[] = [];
  const text = (name: string): string | undefined => env[name]?.trim() || undefined;
  const number = (name: string): number | undefined => {
    const value = text(name);
    if (value === undefined) return undefined;
    // Not parseInt, which makes 1 of "1e6".
    const read = Number(value);
    if (Number.isFinite(read) && read >= 0) return read;
    problems.push(`${name}: expected a number, got "${value}"`);
    return undefined;
  };
  const host = text("REDIS_HOST");
  const port = number("REDIS_PORT") ?? REDIS_PORT;
  const origins = text("WS_CORS_ORIGINS")?.split(",");
  const found = {
    redis: host === undefined ? undefined : { host, port, password: env.REDIS_PASSWORD ?? "" },
    corsOrigins: origins?.map((origin) => origin.trim()).filter((origin) => origin !== ""),
    pingInterval: number("WS_PING_INTERVAL"),
    pingTimeout: number("WS_PING_TIMEOUT"),
    maxHttpBufferSize: number("WS_MAX_HTTP_BUFFER_SIZE"),
    rateLimit: number("WS_RATE_LIMIT"),
    rateWindow: number("WS_RATE_WINDOW_MS"),
    adminKey: text("WS_ADMIN_KEY"),
  };
  const jwt = {
    secret: env.JWT_SECRET || undefined,
    jwksUrl: text("JWT_JWKS_URL"),
    issuer: text("JWT_ISSUER"),
    audience: text("JWT_AUDIENCE"),
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return { ...present(found), jwt: present(jwt) };
}

type Present<Values> = { [Name in keyof Values]?: Exclude<Values[Name], undefined> };

const present = <Values extends object>(values: Values): Present<Values> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Present<Values>;
