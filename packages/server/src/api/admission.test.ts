import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ACME_KEY, type ApiHouse, createApiHouse, READER_KEY } from "./api.fixture.ts";

let house: ApiHouse;

before(async () => {
  house = await createApiHouse();
});
after(() => house.stop());

/** The error that a call answers. */
async function refusal(method: string, request: unknown, key?: string): Promise<{ code: number; message: string }> {
  const { error } = (await house.call(method, request, key)) as { error?: { code: number; message: string } };
  assert.ok(error, "it was not refused");
  return error;
}

async function connectionsOf(request: unknown, key?: string): Promise<Record<string, Record<string, unknown>>> {
  const { result } = (await house.call("connections", request, key)) as {
    result: { connections: Record<string, Record<string, unknown>> };
  };
  return result.connections;
}

describe("connections", () => {
  it("are told in Centrifugo's words, and only those of the caller's tenant", async () => {
    const mine = await house.join("acme", "42");
    const foreign = await house.join("default", "42");
    const found = await connectionsOf({ user: "42" }, ACME_KEY);
    assert.deepEqual(Object.keys(found), [mine.session.id]);
    assert.deepEqual(found[mine.session.id], {
      app_name: "",
      app_version: "",
      transport: "test",
      protocol: "json",
      user: "42",
      state: { channels: {}, subscription_tokens: {} },
      connected_at_ms: house.hub.clock.now(),
      ping_pong_latency_ms: 0,
      labels: {},
    });
    assert.deepEqual(Object.keys(await connectionsOf({ user: "42" })), [foreign.session.id]);
    mine.session.closed(1000);
    foreign.session.closed(1000);
  });

  it("refuse expressions, and filters that cannot be read, saying where", async () => {
    assert.match((await refusal("connections", { expression: "true" })).message, /use label_filter/);
    const { code, message } = await refusal("connections", { label_filter: { op: "and", nodes: [{ key: "a" }] } });
    assert.equal(code, 107);
    assert.match(message, /label_filter: filter\.nodes\[0\]\.cmp: expected one of/);
    assert.match((await refusal("connections", { limit: -1 })).message, /limit: expected a whole number/);
  });
});

describe("trust taken back", () => {
  it("ends the user's connections of the caller's tenant alone", async () => {
    const mine = await house.join("acme", "7");
    const foreign = await house.join("default", "7");
    assert.deepEqual(await house.call("block_user", { user: "7" }, ACME_KEY), { result: {} });
    assert.equal(mine.session.ended?.code, 3507);
    assert.equal(foreign.session.ended, undefined);
    await assert.rejects(house.join("acme", "7"), /permission denied/);
    assert.deepEqual(await house.call("unblock_user", { user: "7" }, ACME_KEY), { result: {} });
    (await house.join("acme", "7")).session.closed(1000);
    foreign.session.closed(1000);
  });

  it("takes what Centrifugo's requests hold and refuses what means nobody", async () => {
    const expire_at = Math.floor(house.hub.clock.now() / 1000) + 60;
    assert.deepEqual(await house.call("revoke_token", { uid: "t", expire_at }), { result: {} });
    const request = { user: "1", issued_before: 5, channel: "kept:x", expire_at };
    assert.deepEqual(await house.call("invalidate_user_tokens", request), { result: {} });
    assert.equal((await refusal("block_user", { user: "" })).code, 107);
    assert.equal((await refusal("revoke_token", { uid: "" })).code, 107);
    assert.equal((await refusal("invalidate_user_tokens", { user: "" })).code, 107);
    assert.equal((await refusal("block_user", { user: "1", expire_at: 1 })).code, 107);
    assert.match((await refusal("revoke_token", {})).message, /uid: expected a string/);
  });

  it("takes a key that may manage; one that reads may look at connections", async () => {
    for (const method of ["block_user", "unblock_user", "revoke_token", "invalidate_user_tokens"])
      assert.equal((await refusal(method, { user: "1", uid: "1" }, READER_KEY)).code, 103, method);
    assert.deepEqual(await connectionsOf({}, READER_KEY), {});
  });
});

describe("orders by label", () => {
  it("mean nobody without a user or all_users", async () => {
    const label_filter = { key: "device", cmp: "eq", val: "tv" };
    for (const [method, request] of [
      ["disconnect", {}],
      ["unsubscribe", { channel: "kept:x" }],
      ["refresh", {}],
      ["subscribe", { channel: "kept:x" }],
    ] as const) {
      const { code, message } = await refusal(method, { ...request, label_filter });
      assert.equal(code, 107);
      assert.match(message, /say all_users/);
      assert.deepEqual(await house.call(method, { ...request, label_filter, all_users: true }), { result: {} });
    }
  });

  it("with all_users mean everybody, of one tenant", async () => {
    const mine = [await house.join("acme", "1"), await house.join("acme", "")];
    const foreign = await house.join("default", "1");
    await house.call("disconnect", { all_users: true }, ACME_KEY);
    for (const { session } of mine) assert.equal(session.ended?.code, 3503);
    assert.equal(foreign.session.ended, undefined);
    foreign.session.closed(1000);
  });
});
