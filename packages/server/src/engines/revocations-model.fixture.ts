import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import type { Credential, Revocation, Revocations } from "../hub/index.ts";

export interface RevocationsGround {
  node(): Promise<Revocations>;
  /** A name that nobody else uses. */
  tenant(prefix?: string): string;
  now(): number;
  /** The end of something that lasts this long yet, in seconds since the Unix epoch. */
  inSeconds(seconds: number): number;
  advance(ms: number): Promise<void>;
}

/** Who does it is the first or the second node. */
export type Step =
  | {
      readonly kind: "add";
      readonly node: 0 | 1;
      readonly tenant: string;
      readonly revocation: Revocation;
      /** From now; 0 for never. */
      readonly seconds: number;
    }
  | { readonly kind: "remove"; readonly node: 0 | 1; readonly tenant: string; readonly revocation: Revocation }
  | { readonly kind: "find"; readonly node: 0 | 1; readonly tenant: string; readonly credential: Credential }
  | { readonly kind: "advance"; readonly ms: number };

const plain = { noNullPrototype: true };
const node = fc.constantFrom<0 | 1>(0, 1);
/** Names that meet when they are only written one behind the other. */
const name = fc.constantFrom("a", "b", "a:b", "");
const channel = fc.constantFrom("", "c", "a:c");
const revocation: fc.Arbitrary<Revocation> = fc.oneof(
  fc.record({ kind: fc.constant("user" as const), user: name }, plain),
  fc.record({ kind: fc.constant("token" as const), uid: fc.constantFrom("a", "b", "a:b") }, plain),
  fc.record(
    { kind: fc.constant("tokens" as const), user: name, issuedBefore: fc.integer({ min: 1, max: 5 }), channel },
    plain,
  ),
);
const token = fc.record({ uid: name, issuedAt: fc.integer({ min: 0, max: 5 }) }, plain);
const credential: fc.Arbitrary<Credential> = fc.oneof(
  fc.record({ user: name, channel }, plain),
  fc.record({ user: name, channel, token }, plain),
);

const constant = <Kind extends string>(kind: Kind) => fc.constant(kind);
export const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: constant("add"),
      node,
      tenant: name,
      revocation,
      seconds: fc.constantFrom(0, 2, 4, 8),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: constant("remove"), node, tenant: name, revocation }) },
  { weight: 5, arbitrary: fc.record({ kind: constant("find"), node, tenant: name, credential }) },
);
export const stepsInTime: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: steps },
  { weight: 1, arbitrary: fc.record({ kind: constant("advance"), ms: fc.constantFrom(1_100, 3_000) }) },
);

interface Order {
  readonly revocation: Revocation;
  /** Milliseconds since the Unix epoch. */
  readonly until: number;
}

/** The same order as far as it can be given again or taken back. */
function replaces(one: Revocation, other: Revocation): boolean {
  if (one.kind === "user") return other.kind === "user" && one.user === other.user;
  if (one.kind === "token") return other.kind === "token" && one.uid === other.uid;
  return other.kind === "tokens" && one.user === other.user && one.channel === other.channel;
}

function isMeant(each: Revocation, { user, channel, token }: Credential): boolean {
  if (each.kind === "user") return each.user === user;
  if (!token) return false;
  if (each.kind === "token") return each.uid === token.uid;
  return each.user === user && token.issuedAt < each.issuedBefore && ["", channel].includes(each.channel);
}

/** Time at a store of another process is not read exactly: so near to an end both answers are right. */
const NEAR_MS = 500;

/** What the port promises, as a list of all orders. */
class Model {
  readonly #orders = new Map<string, Order[]>();

  add(tenant: string, revocation: Revocation, { until, now }: { until: number; now: number }): void {
    const orders = this.#ordersOf(tenant, now);
    const known = orders.find((each) => replaces(each.revocation, revocation));
    const merged = { revocation: strongest(known?.revocation, revocation), until: Math.max(known?.until ?? 0, until) };
    this.#orders.set(tenant, [...orders.filter((each) => each !== known), merged]);
  }

  remove(tenant: string, revocation: Revocation): void {
    const orders = this.#orders.get(tenant) ?? [];
    this.#orders.set(
      tenant,
      orders.filter((each) => !replaces(each.revocation, revocation)),
    );
  }

  check(tenant: string, credential: Credential, { found, now }: { found: Revocation | undefined; now: number }): void {
    const meant = this.#ordersOf(tenant, now - NEAR_MS).filter(({ revocation }) => isMeant(revocation, credential));
    if (found) {
      const known = meant.some(({ revocation }) => isDeepStrictEqual(revocation, found));
      assert.ok(known, `${JSON.stringify(found)} is no reason against ${JSON.stringify(credential)}`);
    } else {
      const certain = meant.filter(({ until }) => until > now + NEAR_MS);
      assert.deepEqual(certain, [], `nothing was found against ${JSON.stringify(credential)}`);
    }
  }

  #ordersOf(tenant: string, now: number): Order[] {
    return (this.#orders.get(tenant) ?? []).filter(({ until }) => until > now);
  }
}

function strongest(known: Revocation | undefined, added: Revocation): Revocation {
  if (known?.kind !== "tokens" || added.kind !== "tokens") return added;
  return known.issuedBefore > added.issuedBefore ? known : added;
}

/** Runs the steps on two nodes and on the model, and compares every answer. */
export async function compareWithModel(ground: RevocationsGround, run: readonly Step[]): Promise<void> {
  const nodes: readonly [Revocations, Revocations] = [await ground.node(), await ground.node()];
  const model = new Model();
  // Each run has tenants of its own: a cluster serves many.
  const tenants = new Map<string, string>();
  const tenantOf = (name: string): string => {
    const tenant = tenants.get(name) ?? ground.tenant(name);
    tenants.set(name, tenant);
    return tenant;
  };
  for (const step of run) {
    if (step.kind === "advance") {
      await ground.advance(step.ms);
      continue;
    }
    const tenant = tenantOf(step.tenant);
    const revocations = nodes[step.node];
    const now = ground.now();
    if (step.kind === "add") {
      const expireAt = step.seconds === 0 ? 0 : Math.ceil(now / 1000) + step.seconds;
      await revocations.add(tenant, step.revocation, expireAt);
      model.add(tenant, step.revocation, { until: expireAt === 0 ? Number.POSITIVE_INFINITY : expireAt * 1000, now });
    } else if (step.kind === "remove") {
      await revocations.remove(tenant, step.revocation);
      model.remove(tenant, step.revocation);
    } else {
      const found = await revocations.find(tenant, step.credential);
      model.check(tenant, step.credential, { found, now: ground.now() });
    }
  }
}
