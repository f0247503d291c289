import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Credential, errors, HubError, type Revocation, type Revocations } from "../hub/index.ts";
import { randomIds } from "../kit/ids.ts";
import { compareWithModel, type RevocationsGround, steps, stepsInTime } from "./revocations-model.fixture.ts";

/** Nodes that share what they no longer trust, which only one test uses. */
export interface RevocationsCluster {
  /** What another node of the cluster asks. It may be the same object where nodes share one. */
  node(): Promise<Revocations>;
  /** Milliseconds since the Unix epoch, as the cluster tells time. */
  now(): number;
  /** Lets time of the cluster pass. Where it cannot, the tests that need it are declined. */
  advance?(ms: number): Promise<void>;
  /** Ends all nodes. */
  close(): Promise<void>;
}

export interface RevocationsContractOptions {
  /** `limit`: how many revocations a tenant may have. */
  cluster(options: { readonly limit: number }): Promise<RevocationsCluster>;
  /** Sentence of a test that this member does not run, and why. */
  readonly declines?: Readonly<Record<string, string>>;
}

const LIMIT = 50;

/** Every promise of the port, as tests that each engine which keeps revocations runs. */
export function revocationsContract(name: string, { cluster, declines = {} }: RevocationsContractOptions): void {
  const promises = { ...whom, ...where, ...howLong, ...howMany, ...models };
  for (const [sentence, reason] of Object.entries(declines)) {
    assert.ok(Object.hasOwn(promises, sentence), `declined, but not in the contract: ${sentence}`);
    assert.notEqual(reason, "", `declined without a reason: ${sentence}`);
  }
  describe(`revocations contract: ${name}`, () => {
    for (const [sentence, prove] of Object.entries(promises)) {
      if (Object.hasOwn(declines, sentence)) continue;
      it(sentence, { timeout: 30_000 }, async () => {
        const opened = await cluster({ limit: LIMIT });
        try {
          await prove(createGround(opened));
        } finally {
          await opened.close();
        }
      });
    }
  });
}

function createGround(cluster: RevocationsCluster): RevocationsGround {
  return {
    node: () => cluster.node(),
    tenant: (prefix = "tenant") => `${prefix}-${randomIds.letters(12)}`,
    now: () => cluster.now(),
    inSeconds: (seconds) => Math.ceil(cluster.now() / 1000) + seconds,
    async advance(ms) {
      assert.ok(cluster.advance, "this test needs a cluster whose time can advance: give it, or decline with a reason");
      await cluster.advance(ms);
    },
  };
}

type Proofs = Readonly<Record<string, (ground: RevocationsGround) => Promise<void>>>;

const user = (name: string): Revocation => ({ kind: "user", user: name });
const token = (uid: string): Revocation => ({ kind: "token", uid });
const tokens = (issuedBefore: number, channel = ""): Revocation => ({
  kind: "tokens",
  user: "42",
  issuedBefore,
  channel,
});

const anonymous: Credential = { user: "42", channel: "" };
const bearing = (uid: string, issuedAt = 100, channel = ""): Credential => ({
  user: "42",
  channel,
  token: { uid, issuedAt },
});
const limitExceeded = (error: unknown): boolean =>
  error instanceof HubError && error.code === errors.limitExceeded.code && error.message !== "";

const whom: Proofs = {
  "A blocked user is found whatever token it brings, and nobody else": async (ground) => {
    const [node, tenant] = [await ground.node(), ground.tenant()];
    await node.add(tenant, user("42"), 0);
    for (const credential of [anonymous, bearing(""), bearing("t", 0), bearing("t", 100, "news")]) {
      assert.deepEqual(await node.find(tenant, credential), user("42"));
    }
    for (const other of ["7", "4", "421", ""]) {
      assert.equal(await node.find(tenant, { ...bearing("42"), user: other }), undefined, other);
    }
  },

  "The anonymous user may be blocked like any other": async (ground) => {
    const [node, tenant] = [await ground.node(), ground.tenant()];
    await node.add(tenant, user(""), 0);
    assert.deepEqual(await node.find(tenant, { user: "", channel: "" }), user(""));
    assert.equal(await node.find(tenant, anonymous), undefined);
  },

  "A token is found by its id, whoever brings it, and never one without an id": async (ground) => {
    const [node, tenant] = [await ground.node(), ground.tenant()];
    await node.add(tenant, token("t"), 0);
    assert.deepEqual(await node.find(tenant, bearing("t")), token("t"));
    assert.deepEqual(await node.find(tenant, { ...bearing("t", 100, "news"), user: "7" }), token("t"));
    for (const credential of [bearing("T"), bearing(""), anonymous, { ...anonymous, user: "t" }]) {
      assert.equal(await node.find(tenant, credential), undefined);
    }
  },

  "Tokens of a user from before a time are found, for all channels or for one": async (ground) => {
    const [node, tenant] = [await ground.node(), ground.tenant()];
    await node.add(tenant, tokens(100, "news"), 0);
    assert.deepEqual(await node.find(tenant, bearing("t", 99, "news")), tokens(100, "news"));
    for (const credential of [bearing("t", 100, "news"), bearing("t", 99), bearing("t", 99, "chat"), anonymous]) {
      assert.equal(await node.find(tenant, credential), undefined);
    }
    await node.add(tenant, tokens(50), 0);
    for (const credential of [bearing("t", 49), bearing("t", 49, "chat"), bearing("", 0, "chat")]) {
      assert.deepEqual(await node.find(tenant, credential), tokens(50));
    }
    assert.ok(await node.find(tenant, bearing("t", 75, "news")));
    assert.equal(await node.find(tenant, bearing("t", 75)), undefined);
    assert.equal(await node.find(tenant, { ...bearing("t", 1), user: "7" }), undefined);
  },

  "Names are taken as they are, whatever stands in them": async (ground) => {
    const [node, tenant] = [await ground.node(), ground.tenant()];
    const odd = ["a:b", 'a","b', "a b", "a\0b", "{a}", "*", "ñ\u{1f409}", "__proto__"];
    for (const name of odd) {
      await node.add(tenant, user(name), 0);
      await node.add(tenant, token(name), 0);
      await node.add(tenant, { kind: "tokens", user: `${name}:`, issuedBefore: 9, channel: `:${name}` }, 0);
    }
    for (const name of odd) {
      assert.deepEqual(await node.find(tenant, { user: name, channel: "" }), user(name));
      assert.deepEqual(await node.find(tenant, bearing(name)), token(name));
      const named = { user: `${name}:`, channel: `:${name}`, token: { uid: "", issuedAt: 8 } };
      assert.equal((await node.find(tenant, named))?.kind, "tokens");
      assert.equal(await node.find(tenant, { ...named, user: name.slice(0, -1), channel: `::${name}` }), undefined);
    }
  },
};

const where: Proofs = {
  "When add or remove resolves, find knows of it on every node, also on one that comes later": async (ground) => {
    const [node, other, tenant] = [await ground.node(), await ground.node(), ground.tenant()];
    for (const each of [user("42"), token("t"), tokens(100)]) {
      await node.add(tenant, each, 0);
      assert.deepEqual(await other.find(tenant, bearing("t", 1)), each);
      const late = await ground.node();
      assert.deepEqual(await late.find(tenant, bearing("t", 1)), each);
      await other.remove(tenant, each);
      for (const asked of [node, other, late]) assert.equal(await asked.find(tenant, bearing("t", 1)), undefined);
    }
  },

  "Nothing of one tenant is ever found for another, whatever the names": async (ground) => {
    const node = await ground.node();
    const tenant = ground.tenant();
    await node.add(tenant, user("42"), 0);
    await node.add(`${tenant}:a`, token("b"), 0);
    await node.add(tenant, token("a:b"), 0);
    for (const other of [`${tenant}:42`, `${tenant}:user`, `${tenant}:`, tenant.slice(0, -1), "", "*"]) {
      assert.equal(await node.find(other, bearing("b")), undefined, other);
      await node.remove(other, user("42"));
    }
    assert.deepEqual(await node.find(`${tenant}:a`, bearing("b")), token("b"));
    assert.equal(await node.find(`${tenant}:a`, { ...bearing("a:b"), user: "7" }), undefined);
    assert.deepEqual(await node.find(tenant, anonymous), user("42"));
  },

  "Orders that race on two nodes all count, and the strongest stays": async (ground) => {
    const [node, other, tenant] = [await ground.node(), await ground.node(), ground.tenant()];
    const times = Array.from({ length: 40 }, (_, index) => index + 1);
    await Promise.all(
      times.map((time) => (time % 2 ? node : other).add(tenant, tokens(time), ground.inSeconds(1 + (time % 7)))),
    );
    await Promise.all(times.slice(0, 20).map((time) => (time % 2 ? other : node).add(tenant, token(`${time}`), 0)));
    for (const asked of [node, other]) {
      assert.deepEqual(await asked.find(tenant, bearing("", 39)), tokens(40));
      assert.equal(await asked.find(tenant, bearing("", 40)), undefined);
      for (const time of times.slice(0, 20)) {
        assert.deepEqual(await asked.find(tenant, bearing(`${time}`, 99)), token(`${time}`));
      }
    }
  },
};

const howLong: Proofs = {
  "It ends at the end that was named, and without one never": async (ground) => {
    const [node, other, tenant] = [await ground.node(), await ground.node(), ground.tenant()];
    await node.add(tenant, user("42"), ground.inSeconds(2));
    await node.add(tenant, user("7"), 0);
    await ground.advance(1_000);
    for (const asked of [node, other]) assert.ok(await asked.find(tenant, anonymous));
    await ground.advance(3_000);
    for (const asked of [node, other]) assert.equal(await asked.find(tenant, anonymous), undefined);
    await ground.advance(10_000);
    assert.ok(await other.find(tenant, { ...anonymous, user: "7" }));
  },

  "Adding never weakens what is there: the later time and the later end stay": async (ground) => {
    const [node, other, tenant] = [await ground.node(), await ground.node(), ground.tenant()];
    const soon = ground.inSeconds(2);
    await node.add(tenant, tokens(100), ground.inSeconds(60));
    await other.add(tenant, tokens(50), soon);
    await node.add(tenant, user("7"), 0);
    await other.add(tenant, user("7"), soon);
    await node.add(tenant, token("t"), soon);
    await other.add(tenant, token("t"), ground.inSeconds(60));
    await ground.advance(4_000);
    assert.deepEqual(await node.find(tenant, bearing("", 99)), tokens(100));
    assert.deepEqual(await node.find(tenant, { user: "7", channel: "" }), user("7"));
    assert.deepEqual(await node.find(tenant, bearing("t")), token("t"));
  },

  "A later time and a later end are both taken, from whichever order they come": async (ground) => {
    const [node, tenant] = [await ground.node(), ground.tenant()];
    await node.add(tenant, tokens(100), ground.inSeconds(2));
    await node.add(tenant, tokens(50), ground.inSeconds(60));
    await ground.advance(4_000);
    assert.deepEqual(await node.find(tenant, bearing("", 99)), tokens(100));
  },

  "Removing trusts again; what is not there is no error, and what was removed can be added anew": async (ground) => {
    const [node, tenant] = [await ground.node(), ground.tenant()];
    for (const [each, weaker] of [
      [user("42"), user("42")],
      [token("t"), token("t")],
      [tokens(100), tokens(1)],
      [tokens(100, "news"), tokens(1, "news")],
    ] as const) {
      await node.remove(tenant, each);
      await node.add(tenant, each, 0);
      await node.remove(tenant, weaker);
      await node.remove(tenant, weaker);
      assert.equal(await node.find(tenant, bearing("t", 99, "news")), undefined);
      await node.add(tenant, weaker, 0);
      assert.deepEqual(await node.find(tenant, bearing("t", 0, "news")), weaker);
      await node.remove(tenant, weaker);
    }
  },

  "Removing takes nothing else away": async (ground) => {
    const [node, tenant] = [await ground.node(), ground.tenant()];
    await node.add(tenant, tokens(100, "news"), 0);
    await node.add(tenant, user("7"), 0);
    for (const other of [tokens(100), tokens(100, "chat"), user("42"), token("42"), token("7")]) {
      await node.remove(tenant, other);
    }
    assert.ok(await node.find(tenant, bearing("", 1, "news")));
    assert.ok(await node.find(tenant, { user: "7", channel: "" }));
  },
};

const howMany: Proofs = {
  "Adding throws limitExceeded past the tenant's limit, until some are removed; other tenants are not concerned":
    async (ground) => {
      const [node, other, tenant] = [await ground.node(), await ground.node(), ground.tenant()];
      for (let n = 0; n < LIMIT; n++) await (n % 2 ? node : other).add(tenant, token(`${n}`), 0);
      for (const each of [node, other]) {
        await assert.rejects(each.add(tenant, token("more"), 0), limitExceeded);
        await each.add(tenant, token("1"), 0);
        await each.add(ground.tenant(), token("more"), 0);
      }
      assert.equal(await node.find(tenant, bearing("more")), undefined);
      await node.remove(tenant, token("1"));
      await other.add(tenant, token("more"), 0);
      assert.ok(await node.find(tenant, bearing("more")));
      await assert.rejects(node.add(tenant, token("one more"), 0), limitExceeded);
    },

  "What has ended makes room": async (ground) => {
    const [node, tenant] = [await ground.node(), ground.tenant()];
    for (let n = 0; n < LIMIT; n++) await node.add(tenant, token(`${n}`), n < 10 ? 0 : ground.inSeconds(2));
    await assert.rejects(node.add(tenant, token("more"), 0), limitExceeded);
    await ground.advance(4_000);
    for (let n = 10; n < LIMIT; n++) await node.add(tenant, token(`again ${n}`), 0);
    await assert.rejects(node.add(tenant, token("more"), 0), limitExceeded);
    assert.ok(await node.find(tenant, bearing("9")));
  },
};

const models: Proofs = {
  "Any run of adding, removing and finding on two nodes equals a list of all orders": async (ground) => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { maxLength: 40 }), (run) => compareWithModel(ground, run)),
      { numRuns: 150 },
    );
  },

  "Any run of adding, removing and finding on two nodes equals a list of all orders while time passes": async (
    ground,
  ) => {
    await fc.assert(
      fc.asyncProperty(fc.array(stepsInTime, { maxLength: 40 }), (run) => compareWithModel(ground, run)),
      { numRuns: 100 },
    );
  },
};
