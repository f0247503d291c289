import { type Credential, HubError, type Revocation, type Revocations } from "../../hub/index.ts";
import type { Clock } from "../../kit/clock.ts";
import { ExpiringMap, type Perishable } from "./expiring-map.ts";

export interface MemoryRevocationsOptions {
  readonly clock: Clock;
  /** Entries per tenant; 100,000 unless told. */
  readonly limit?: number;
}

interface Entry extends Perishable {
  revocation: Revocation;
  /** Milliseconds since the Unix epoch. */
  until: number;
}

/** Equal for revocations of which the later one replaces the earlier. */
function keyOf(revocation: Revocation): string {
  switch (revocation.kind) {
    case "user":
      return JSON.stringify(["user", revocation.user]);
    case "token":
      return JSON.stringify(["token", revocation.uid]);
    case "tokens":
      return JSON.stringify(["tokens", revocation.user, revocation.channel]);
  }
}

/** Revocations of one process; they end with it. Hubs that share the object share what it knows. */
export function createMemoryRevocations(options: MemoryRevocationsOptions): Revocations {
  const { clock, limit = 100_000 } = options;
  const tenants = new Map<string, ExpiringMap<string, Entry>>();
  const untilOf = (expireAt: number): number => (expireAt === 0 ? Number.POSITIVE_INFINITY : expireAt * 1000);

  function entriesOf(tenant: string): ExpiringMap<string, Entry> {
    const entries = tenants.get(tenant) ?? new ExpiringMap<string, Entry>();
    tenants.set(tenant, entries);
    return entries;
  }

  function find(tenant: string, { user, token, channel }: Credential): Revocation | undefined {
    const entries = tenants.get(tenant);
    if (!entries) return undefined;
    const now = clock.now();
    const blocked = entries.get(keyOf({ kind: "user", user }), now);
    if (blocked || !token) return blocked?.revocation;
    const revoked = token.uid === "" ? undefined : entries.get(keyOf({ kind: "token", uid: token.uid }), now);
    if (revoked) return revoked.revocation;
    for (const named of channel === "" ? [""] : ["", channel]) {
      const tokens = entries.get(keyOf({ kind: "tokens", user, issuedBefore: 0, channel: named }), now)?.revocation;
      if (tokens?.kind === "tokens" && token.issuedAt < tokens.issuedBefore) return tokens;
    }
    return undefined;
  }

  return {
    async add(tenant, revocation, expireAt) {
      const now = clock.now();
      const entries = entriesOf(tenant);
      const key = keyOf(revocation);
      const known = entries.get(key, now);
      if (known) {
        known.until = Math.max(known.until, untilOf(expireAt));
        known.revocation = later(known.revocation, revocation);
        return;
      }
      // One sweep ends where the last one began, the second has met every entry.
      if (entries.size >= limit) for (let i = 0; i < 2; i++) entries.sweep(now, limit + 1);
      if (entries.size >= limit) throw new HubError("limitExceeded", `a tenant may have ${limit} revocations`);
      const entry: Entry = { revocation, until: untilOf(expireAt), expired: (at) => at >= entry.until };
      entries.add(key, entry, now);
    },

    async remove(tenant, revocation) {
      const entry = tenants.get(tenant)?.get(keyOf(revocation), clock.now());
      if (entry) entry.until = 0;
    },

    find,
  };
}

function later(known: Revocation, added: Revocation): Revocation {
  if (known.kind !== "tokens" || added.kind !== "tokens") return added;
  return known.issuedBefore > added.issuedBefore ? known : added;
}
