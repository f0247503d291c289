import { type Credential, HubError, type Revocation, type Revocations } from "../../hub/index.ts";
import { failedAway, transact } from "./failures.ts";
import { createKeys } from "./keys.ts";
import type { Link, Reply } from "./link.ts";
import { revocationAdd, revocationFind } from "./scripts.ts";

export interface RedisRevocationsOptions {
  /** The engine's, which opens and closes it. */
  readonly link: Link;
  readonly prefix: string;
  /** Entries per tenant; 100,000 unless told. */
  readonly limit?: number;
}

/** Later than any time that a token names, and exact as a number. */
const NEVER_MS = 9_000_000_000_000_000;

/** Equal for revocations of which the later one replaces the earlier. */
function nameOf(revocation: Revocation): string {
  switch (revocation.kind) {
    case "user":
      return JSON.stringify(["user", revocation.user]);
    case "token":
      return JSON.stringify(["token", revocation.uid]);
    case "tokens":
      return JSON.stringify(["tokens", revocation.user, revocation.channel]);
  }
}

/** What could be known against a credential, the strongest first. */
function candidates({ user, token, channel }: Credential): readonly Revocation[] {
  const found: Revocation[] = [{ kind: "user", user }];
  if (!token) return found;
  if (token.uid !== "") found.push({ kind: "token", uid: token.uid });
  // The time is what is asked for.
  for (const named of channel === "" ? [""] : ["", channel]) {
    found.push({ kind: "tokens", user, issuedBefore: 0, channel: named });
  }
  return found;
}

/**
 * Revocations that all nodes share. Every question goes to Redis, one small command: an answer from a memory of our own
 * could be older than an order that another node has acknowledged.
 */
export function createRedisRevocations({ link, prefix, limit = 100_000 }: RedisRevocationsOptions): Revocations {
  const keys = createKeys(prefix, link);

  async function ask(tenant: string, credential: Credential): Promise<Revocation | undefined> {
    const asked = candidates(credential);
    const reply = await link.partitionOf(tenant).send({
      script: revocationFind,
      keys: [keys.revocations(tenant)],
      args: asked.map(nameOf),
    });
    const known = reply as readonly Reply[];
    for (const [index, revocation] of asked.entries()) {
      const before = known[index];
      if (before === null || before === undefined) continue;
      if (revocation.kind !== "tokens") return revocation;
      const issuedBefore = Number(before);
      if (credential.token && credential.token.issuedAt < issuedBefore) return { ...revocation, issuedBefore };
    }
    return undefined;
  }

  return {
    async add(tenant, revocation, expireAt) {
      const until = expireAt === 0 ? NEVER_MS : Math.min(Math.round(expireAt * 1000), NEVER_MS);
      const before = revocation.kind === "tokens" ? Math.ceil(revocation.issuedBefore) : 0;
      const added = await link
        .partitionOf(tenant)
        .send({
          script: revocationAdd,
          keys: [keys.revocations(tenant), keys.revocationEnds(tenant)],
          args: [nameOf(revocation), until, before, limit, NEVER_MS],
        })
        .catch(failedAway);
      if (added !== 1) throw new HubError("limitExceeded", `a tenant may have ${limit} revocations`);
    },

    async remove(tenant, revocation) {
      const name = nameOf(revocation);
      await transact(link.partitionOf(tenant), [
        { name: "HDEL", args: [keys.revocations(tenant), name] },
        { name: "ZREM", args: [keys.revocationEnds(tenant), name] },
      ]).catch(failedAway);
    },

    find: (tenant, credential) => ask(tenant, credential).catch(failedAway),
  };
}
