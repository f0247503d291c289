import { fileURLToPath } from "node:url";
import type { RedisAddress } from "./infrastructure/event-bus/redis-way.ts";

export interface Settings {
  /** Of the hub. */
  readonly port: number;
  /** Of the pages and their API. */
  readonly webPort: number;
  /** Absent: one instance alone. */
  readonly redis?: RedisAddress;
  /** Absent: somebody else verifies tokens. */
  readonly firebaseProjectId?: string;
  readonly allowedOrigins: readonly string[];
  readonly databasePath: string;
  /** The folder of the built pages. */
  readonly pagesPath: string;
}

const PAGES = fileURLToPath(new URL("../web/dist", import.meta.url));

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment. Throws with all that is wrong in it. `FIREBASE_CLIENT_EMAIL` and `FIREBASE_PRIVATE_KEY` may be
 * there and are not read: tokens are verified with public keys, and a secret that nobody needs is better not held.
 */
export function readSettings(
  env: Environment,
  { ownVerifier = false }: { readonly ownVerifier?: boolean } = {},
): Settings {
  const faults: string[] = [];
  const read = (name: string, fallback: string): string => {
    const value = env[name]?.trim() ?? "";
    return value === "" ? fallback : value;
  };
  const integer = (name: string, fallback: number): number => {
    const value = Number(read(name, String(fallback)));
    if (!Number.isInteger(value) || value < 0) faults.push(`${name}: expected a whole number, got "${env[name]}"`);
    return value;
  };
  const enabled = read("ENABLE_REDIS", "false");
  if (enabled !== "true" && enabled !== "false") faults.push(`ENABLE_REDIS: expected true or false, got "${enabled}"`);
  const password = read("REDIS_PASSWORD", "");
  const redis: RedisAddress = {
    host: read("REDIS_HOST", "localhost"),
    port: integer("REDIS_PORT", 6379),
    db: integer("REDIS_DB", 0),
    ...(password === "" ? {} : { password }),
  };
  const projectId = read("FIREBASE_PROJECT_ID", "");
  if (projectId === "" && !ownVerifier) faults.push("FIREBASE_PROJECT_ID: is missing; without it nobody can come in");
  const settings: Settings = {
    port: integer("HTTP_PORT", 3001),
    webPort: integer("WEB_PORT", 3000),
    allowedOrigins: read("ALLOWED_ORIGINS", "http://localhost:3000")
      .split(",")
      .map((origin) => origin.trim()),
    databasePath: read("DATABASE_PATH", "sales.sqlite"),
    pagesPath: read("PAGES_PATH", PAGES),
    ...(enabled === "true" ? { redis } : {}),
    ...(projectId === "" ? {} : { firebaseProjectId: projectId }),
  };
  if (faults.length > 0) throw new Error(`the environment is not usable:\n  ${faults.join("\n  ")}`);
  return settings;
}
