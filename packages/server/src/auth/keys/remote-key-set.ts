import { createLocalJWKSet, errors, type JSONWebKeySet } from "jose";
import type { Clock } from "../../kit/clock.ts";
import type { Log } from "../../kit/log.ts";
import { TokenRefusal } from "../token-refusal.ts";

const FRESH_MS = 3_600_000;
const TIMEOUT_MS = 1_000;
const ATTEMPTS = 2;
const MAX_BYTES = 256 * 1_024;
/** Between two reads: an unknown key id costs the sender nothing and must not cost the endpoint much. */
const PAUSE_MS = 10_000;
const PAUSE_AFTER_FAILURE_MS = 1_000;

export interface RemoteKeySetOptions {
  readonly clock: Clock;
  readonly log: Log;
}

/** The public keys behind one JWKS address, read when needed. */
export interface RemoteKeySet {
  /** Throws `TokenRefusal`: `invalid` when the set has no such key, `unavailable` when that cannot be known now. */
  key(algorithm: string, keyId: string): Promise<CryptoKey>;
}

interface Snapshot {
  readonly find: ReturnType<typeof createLocalJWKSet>;
  readonly readAt: number;
}

async function readBounded(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > MAX_BYTES) throw new Error(`the answer is larger than ${MAX_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

async function readOnce(url: string, clock: Clock): Promise<Snapshot["find"]> {
  const abort = new AbortController();
  const cancel = clock.after(TIMEOUT_MS, () => abort.abort(new Error(`no answer within ${TIMEOUT_MS} ms`)));
  try {
    const response = await fetch(url, {
      signal: abort.signal,
      redirect: "manual",
      headers: { accept: "application/json" },
    });
    if (response.status !== 200) throw new Error(`the answer has status ${response.status}`);
    // `createLocalJWKSet` checks the shape of what it is given.
    return createLocalJWKSet(JSON.parse(await readBounded(response)) as JSONWebKeySet);
  } finally {
    cancel();
    abort.abort();
  }
}

/** One read at a time, kept for an hour, read again early when a token names a key that is not in it. */
export function createRemoteKeySet(url: string, options: RemoteKeySetOptions): RemoteKeySet {
  const { clock, log } = options;
  let current: Snapshot | undefined;
  let reading: Promise<Snapshot> | undefined;
  let pausedUntil = Number.NEGATIVE_INFINITY;

  async function readWithRetry(): Promise<Snapshot> {
    for (let attempt = 1; ; attempt++) {
      try {
        const find = await readOnce(url, clock);
        pausedUntil = clock.monotonic() + PAUSE_MS;
        current = { find, readAt: clock.monotonic() };
        return current;
      } catch (error) {
        if (attempt < ATTEMPTS) continue;
        pausedUntil = clock.monotonic() + PAUSE_AFTER_FAILURE_MS;
        log.warn("cannot read the key set", { url, error: error instanceof Error ? error.message : String(error) });
        throw new TokenRefusal("unavailable", "the keys for this token cannot be read now");
      }
    }
  }

  function read(): Promise<Snapshot> {
    if (reading) return reading;
    if (clock.monotonic() < pausedUntil) {
      return Promise.reject(new TokenRefusal("unavailable", "the keys for this token were read a moment ago"));
    }
    reading = readWithRetry().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  async function find(snapshot: Snapshot, alg: string, kid: string): Promise<CryptoKey | undefined> {
    try {
      return await snapshot.find({ alg, kid });
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return undefined;
      throw new TokenRefusal("invalid", "the key set has no single usable key with the key id of the token");
    }
  }

  return {
    async key(algorithm, keyId) {
      const askedAt = clock.monotonic();
      const known = current && askedAt - current.readAt < FRESH_MS ? current : await read();
      const key = await find(known, algorithm, keyId);
      if (key) return key;
      // A set read after the token arrived is the last word; an older one may miss a key that is new.
      const newest = known.readAt >= askedAt ? known : await read();
      const late = newest === known ? undefined : await find(newest, algorithm, keyId);
      if (late) return late;
      throw new TokenRefusal("invalid", "the key set has no key with the key id and algorithm of the token");
    },
  };
}
