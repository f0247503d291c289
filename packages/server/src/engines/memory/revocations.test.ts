import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Credential, Revocation } from "../../hub/index.ts";
import { createVirtualClock } from "../../kit/virtual-clock.ts";
import { createMemoryRevocations } from "./index.ts";

const seconds = (clock: { now(): number }): number => Math.floor(clock.now() / 1000);
const token = (uid: string, issuedAt = 100) => ({ uid, issuedAt });

describe("revocations in memory", () => {
  it("find a blocked user whatever token it brings, and only in the tenant that blocked it", async () => {
    const revocations = createMemoryRevocations({ clock: createVirtualClock() });
    await revocations.add("acme", { kind: "user", user: "42" }, 0);
    const found = { kind: "user", user: "42" };
    assert.deepEqual(await revocations.find("acme", { user: "42", channel: "" }), found);
    assert.deepEqual(await revocations.find("acme", { user: "42", channel: "c", token: token("t") }), found);
    assert.equal(await revocations.find("acme", { user: "7", channel: "" }), undefined);
    assert.equal(await revocations.find("globex", { user: "42", channel: "" }), undefined);
  });

  it("find a token by its id, never one without", async () => {
    const revocations = createMemoryRevocations({ clock: createVirtualClock() });
    await revocations.add("acme", { kind: "token", uid: "t" }, 0);
    assert.ok(await revocations.find("acme", { user: "42", channel: "", token: token("t") }));
    assert.equal(await revocations.find("acme", { user: "42", channel: "", token: token("") }), undefined);
    assert.equal(await revocations.find("acme", { user: "42", channel: "" }), undefined);
  });

  it("find older tokens of a user: all of them, or those for one channel", async () => {
    const revocations = createMemoryRevocations({ clock: createVirtualClock() });
    const find = (user: string, channel: string, issuedAt: number) =>
      revocations.find("acme", { user, channel, token: token("t", issuedAt) });
    await revocations.add("acme", { kind: "tokens", user: "42", issuedBefore: 100, channel: "news" }, 0);
    assert.ok(await find("42", "news", 99));
    assert.equal(await find("42", "news", 100), undefined);
    assert.equal(await find("42", "", 99), undefined);
    assert.equal(await find("42", "chat", 99), undefined);
    await revocations.add("acme", { kind: "tokens", user: "42", issuedBefore: 50, channel: "" }, 0);
    assert.ok(await find("42", "", 49));
    assert.ok(await find("42", "chat", 49));
    assert.ok(await find("42", "chat", 0), "a token without the claim iat");
    assert.equal(await find("7", "", 1), undefined);
  });

  it("forget at the end that was named, and when told to trust again", async () => {
    const clock = createVirtualClock();
    const revocations = createMemoryRevocations({ clock });
    const user = { kind: "user", user: "42" } as const;
    const isBlocked = async () => (await revocations.find("acme", { user: "42", channel: "" })) !== undefined;
    await revocations.add("acme", user, seconds(clock) + 10);
    clock.advance(9_000);
    assert.ok(await isBlocked());
    clock.advance(2_000);
    assert.ok(!(await isBlocked()));
    await revocations.add("acme", user, 0);
    assert.ok(await isBlocked());
    await revocations.remove("acme", user);
    assert.ok(!(await isBlocked()));
    await revocations.remove("acme", user);
    await revocations.add("acme", user, 0);
    assert.ok(await isBlocked());
  });

  it("never become weaker by a later order", async () => {
    const clock = createVirtualClock();
    const revocations = createMemoryRevocations({ clock });
    const tokens = (issuedBefore: number) => ({ kind: "tokens", user: "42", issuedBefore, channel: "" }) as const;
    await revocations.add("acme", tokens(100), seconds(clock) + 100);
    await revocations.add("acme", tokens(50), seconds(clock) + 10);
    clock.advance(20_000);
    assert.ok(await revocations.find("acme", { user: "42", channel: "", token: token("t", 99) }));
  });

  it("refuse more than a tenant may have, and take more again when some have ended", async () => {
    const clock = createVirtualClock();
    const revocations = createMemoryRevocations({ clock, limit: 3 });
    const add = (n: number) => revocations.add("acme", { kind: "token", uid: String(n) }, seconds(clock) + 10);
    for (const n of [1, 2, 3]) await add(n);
    await add(1);
    await assert.rejects(add(4), /limit exceeded: a tenant may have 3 revocations/);
    await revocations.add("globex", { kind: "token", uid: "1" }, 0);
    clock.advance(11_000);
    for (const n of [4, 5, 6]) await add(n);
    await assert.rejects(add(7), /limit exceeded/);
  });

  it("agree with a plain list of all orders", async () => {
    const name = fc.constantFrom("a", "b");
    const revocation: fc.Arbitrary<Revocation> = fc.oneof(
      fc.record({ kind: fc.constant("user" as const), user: name }),
      fc.record({ kind: fc.constant("token" as const), uid: name }),
      fc.record({
        kind: fc.constant("tokens" as const),
        user: name,
        issuedBefore: fc.integer({ min: 1, max: 5 }),
        channel: fc.constantFrom("", "c", "d"),
      }),
    );
    const credential = fc.record({
      user: name,
      channel: fc.constantFrom("", "c", "d"),
      token: fc.record({ uid: fc.constantFrom("", "a", "b"), issuedAt: fc.integer({ min: 0, max: 5 }) }),
    });
    const isMeant = (each: Revocation, { user, channel, token: { uid, issuedAt } }: Required<Credential>): boolean => {
      if (each.kind === "user") return each.user === user;
      if (each.kind === "token") return each.uid === uid;
      const inChannel = each.channel === "" || each.channel === channel;
      return each.user === user && issuedAt < each.issuedBefore && inChannel;
    };
    const orders = fc.array(fc.tuple(name, revocation), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(orders, name, credential, async (list, tenant, asked) => {
        const revocations = createMemoryRevocations({ clock: createVirtualClock() });
        for (const [owner, each] of list) await revocations.add(owner, each, 0);
        const expected = list.some(([owner, each]) => owner === tenant && isMeant(each, asked));
        assert.equal((await revocations.find(tenant, asked)) !== undefined, expected);
      }),
    );
  });
});
