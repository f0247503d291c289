import { hash } from "node:crypto";
import type { ApiAuthenticator, ApiIdentity } from "../hub/index.ts";

/** A key as plain text or `sha256:` and 64 hex digits; alone, or with a name and what it may do. */
export type ApiKey = string | { readonly key: string; readonly name?: string; readonly scopes?: readonly string[] };

export interface ApiKeysOptions {
  readonly platform: readonly ApiKey[];
  readonly tenants: ReadonlyMap<string, readonly ApiKey[]>;
}

/** No sane key is longer, and what is longer is not hashed. */
const MAX_KEY_LENGTH = 1_024;
const DIGEST_PREFIX = "sha256:";
const DIGEST = /^[0-9a-f]{64}$/;

const digestOf = (key: string): string => hash("sha256", key, "hex");

function readDigest(key: string, where: string): string {
  if (key === "" || key.length > MAX_KEY_LENGTH) {
    throw new Error(`${where}: an API key has 1 to ${MAX_KEY_LENGTH} characters`);
  }
  if (!key.startsWith(DIGEST_PREFIX)) return digestOf(key);
  const digest = key.slice(DIGEST_PREFIX.length).toLowerCase();
  if (!DIGEST.test(digest)) throw new Error(`${where}: expected ${DIGEST_PREFIX} followed by 64 hexadecimal digits`);
  return digest;
}

/**
 * Knows API keys by their SHA-256, so that plain keys are not kept and the time of a look-up tells nothing: who times it
 * learns about a digest whose preimage he cannot steer. Throws on a malformed key or one that occurs twice.
 */
export function createApiKeys(options: ApiKeysOptions): ApiAuthenticator {
  const identities = new Map<string, ApiIdentity>();

  function add(keys: readonly ApiKey[], where: string, tenant?: string): void {
    for (const [index, entry] of keys.entries()) {
      const { key, name, scopes } = typeof entry === "string" ? { key: entry } : entry;
      const digest = readDigest(key, `${where}[${index}]`);
      if (identities.has(digest)) {
        throw new Error(`${where}[${index}]: this API key is configured twice; a key belongs to one owner`);
      }
      identities.set(digest, {
        ...(tenant === undefined ? {} : { tenant }),
        name: name || `key ${index + 1}`,
        scopes: scopes ?? ["*"],
      });
    }
  }

  add(options.platform, "http_api.key");
  for (const [tenant, keys] of options.tenants) add(keys, `tenants[${tenant}].api_keys`, tenant);

  return {
    identify(key) {
      if (key === "" || key.length > MAX_KEY_LENGTH) return undefined;
      return identities.get(digestOf(key));
    },
  };
}
