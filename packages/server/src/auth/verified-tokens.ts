import { hash } from "node:crypto";

/** A removed key of a remote set stops working within the hour, also for tokens that were seen before. */
const MAX_SECONDS = 3_600;

export interface VerifiedTokensOptions {
  /** Tokens remembered at most; over it the oldest is forgotten. */
  readonly limit: number;
}

export interface Verification {
  /** Seconds since the Unix epoch. */
  readonly now: number;
  /** When the token itself ends; absent: never. */
  readonly expiresAt: number | undefined;
  /** The tenant that the token acts for. */
  readonly tenant: string;
}

/**
 * Remembers whose signature was right, so that a reconnect does not pay for it twice. Only that: every other claim, the
 * expiry first, is read from the token itself each time.
 */
export interface VerifiedTokens {
  has(verifier: string, token: string, now: number): boolean;
  add(verifier: string, token: string, verification: Verification): void;
  forget(): void;
  forgetTenant(tenant: string): void;
}

interface Entry {
  readonly until: number;
  readonly tenant: string;
}

// A digest, so that a memory dump holds no token that still opens a door.
const entryKey = (verifier: string, token: string): string => `${verifier} ${hash("sha256", token, "base64")}`;

export function createVerifiedTokens(options: VerifiedTokensOptions): VerifiedTokens {
  const entries = new Map<string, Entry>();

  return {
    has(verifier, token, now) {
      const key = entryKey(verifier, token);
      const entry = entries.get(key);
      if (!entry) return false;
      if (now < entry.until) return true;
      entries.delete(key);
      return false;
    },
    add(verifier, token, { now, expiresAt, tenant }) {
      if (entries.size >= options.limit) {
        for (const oldest of entries.keys()) {
          entries.delete(oldest);
          break;
        }
      }
      if (options.limit <= 0) return;
      const until = Math.min(now + MAX_SECONDS, expiresAt ?? Number.POSITIVE_INFINITY);
      entries.set(entryKey(verifier, token), { until, tenant });
    },
    forget() {
      entries.clear();
    },
    forgetTenant(tenant) {
      for (const [key, entry] of entries) if (entry.tenant === tenant) entries.delete(key);
    },
  };
}
