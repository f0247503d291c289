import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createGround, type TestGrant, type TestOutlet } from "../hub-ground.fixture.ts";
import {
  type ConnectionGrant,
  DisconnectError,
  disconnects,
  HubError,
  refresh,
  refreshSubscription,
  type SubscriptionGrant,
  subscribe,
} from "../index.ts";

const closing = (outlet: TestOutlet): number | undefined => outlet.closed?.code;
const coded = (code: number) => (error: unknown) => error instanceof DisconnectError && error.disconnect.code === code;

async function setUp(grant: TestGrant = {}) {
  const ground = await createGround({ settings: { pingIntervalMs: 0 } });
  const now = ground.clock.now() / 1000;
  const joined = await ground.join({ identity: { user: "42" }, expireAt: now + 10, ...grant });
  return { ...ground, ...joined, now };
}

describe("refresh", () => {
  it("prolongs the connection to the new end and its grace", async () => {
    const { hub, session, outlet, clock, tokenFor, now } = await setUp();
    clock.advance(5_000);
    const token = tokenFor({ identity: { user: "42" }, expireAt: now + 65 });
    assert.deepEqual(await refresh(hub, session, token), { expires: true, ttl: 60 });
    clock.advance(80_000);
    assert.equal(closing(outlet), undefined);
    clock.advance(5_100);
    assert.equal(closing(outlet), 3005);
  });

  it("with a token without end makes the connection endless", async () => {
    const { hub, session, outlet, clock, tokenFor } = await setUp();
    assert.deepEqual(await refresh(hub, session, tokenFor({ identity: { user: "42" } })), { expires: false, ttl: 0 });
    clock.advance(3_600_000);
    assert.equal(closing(outlet), undefined);
  });

  it("with a token of another user, of another tenant, or none at all ends the connection", async () => {
    const { hub, session, tokenFor } = await setUp();
    await assert.rejects(refresh(hub, session, tokenFor({ identity: { user: "7" } })), coded(3500));
    await assert.rejects(refresh(hub, session, tokenFor({ identity: { user: "42", tenant: "other" } })), coded(3500));
    await assert.rejects(refresh(hub, session, "unknown"), coded(3500));
    await assert.rejects(refresh(hub, session, ""), coded(3501));
  });

  it("with another filter of the server for one of its subscriptions ends it with 3010", async () => {
    const filter = { key: "kind", cmp: "eq", val: "goal" } as const;
    const given = (grant: object) => ({ subscriptions: new Map([["open:room", { expireAt: 0, ...grant }]]) });
    const { hub, session, now, tokenFor } = await setUp(given({ filter }));
    const token = (grant: object) => tokenFor({ identity: { user: "42" }, expireAt: now + 60, ...given(grant) });
    assert.ok(await refresh(hub, session, token({ filter: { ...filter } })));
    await assert.rejects(refresh(hub, session, token({ filter: { ...filter, val: "foul" } })), coded(3010));
    await assert.rejects(refresh(hub, session, token({})), coded(3010));
  });

  it("with an expired token ends it with 3005, with other subscriptions with 3010", async () => {
    const { hub, session, tokenFor, now } = await setUp();
    const expired = tokenFor({ identity: { user: "42" }, expireAt: now });
    await assert.rejects(refresh(hub, session, expired), coded(3005));
    const subscriptions = new Map([["open:more", { expireAt: 0 }]]);
    await assert.rejects(refresh(hub, session, tokenFor({ identity: { user: "42" }, subscriptions })), coded(3010));
  });

  it("ends it with 3005 when the token itself is too old, and only tells when the keys cannot be had", async () => {
    let answer: () => ConnectionGrant = () => {
      throw new DisconnectError(disconnects.invalidToken);
    };
    const authenticator = {
      connection: async () => answer(),
      subscription: () => Promise.reject(new HubError("internal")),
    };
    const { hub, open } = await createGround({ authenticator });
    const { session, outlet } = open();
    answer = () => {
      throw new HubError("tokenExpired");
    };
    await assert.rejects(refresh(hub, session, "token"), coded(3005));
    answer = () => {
      throw new HubError("internal");
    };
    await assert.rejects(refresh(hub, session, "token"), (error) => error instanceof HubError && error.temporary);
    assert.equal(closing(outlet), undefined);
  });
});

describe("refresh of a subscription", () => {
  const channel = "open:room";

  async function subscribed() {
    const subscriptionTokens = new Map<string, SubscriptionGrant>();
    const ground = await createGround({ settings: { pingIntervalMs: 0 }, subscriptionTokens });
    const now = ground.clock.now() / 1000;
    const give = (token: string, grant: Partial<SubscriptionGrant>): string => {
      subscriptionTokens.set(token, { channel, user: "42", client: "", expireAt: now + 10, ...grant });
      return token;
    };
    const { session, outlet } = await ground.join({ identity: { user: "42" } });
    await subscribe(ground.hub, session, { channel, token: give("first", {}), reply: () => {} });
    return { ...ground, session, outlet, now, give };
  }

  it("prolongs it to the new end and its grace", async () => {
    const { hub, session, clock, now, give } = await subscribed();
    const token = give("second", { expireAt: now + 60 });
    assert.deepEqual(await refreshSubscription(hub, session, { channel, token }), { expires: true, ttl: 60 });
    clock.advance(84_900);
    assert.equal(session.subscriptions.size, 1);
    clock.advance(200);
    assert.equal(session.subscriptions.size, 0);
  });

  it("names what is wrong: not subscribed 103, no token 107, expired 110, of somebody else 3500", async () => {
    const { hub, session, now, give } = await subscribed();
    const ask = (token: string, to = channel) => refreshSubscription(hub, session, { channel: to, token });
    await assert.rejects(ask("first", "open:other"), { code: 103 });
    await assert.rejects(ask(""), { code: 107 });
    await assert.rejects(ask(give("old", { expireAt: now })), { code: 110 });
    for (const other of [{ user: "7" }, { channel: "open:other" }, { client: "another" }]) {
      await assert.rejects(ask(give("other", other)), coded(3500));
    }
    await assert.rejects(ask("first", ""), coded(3501));
    assert.equal(session.subscriptions.size, 1);
  });

  it("with another filter of the server ends the subscription with 2500, and with the same one in other words not", async () => {
    const { hub, session, outlet, clock, give } = await subscribed();
    const goals = { key: "kind", cmp: "eq", val: "goal" } as const;
    const big = { key: "size", cmp: "ex" } as const;
    const ended = () => outlet.received.filter((push) => push.type === "unsubscribe").map(({ code }) => code);
    const again = (token: string) => subscribe(hub, session, { channel, token, reply: () => {} });
    for (const [name, filter] of [
      ["narrower", { op: "and", nodes: [goals, big] }],
      ["wider", goals],
    ] as const) {
      await refreshSubscription(hub, session, { channel, token: give(name, { filter }) });
      clock.advance(1_000);
      assert.deepEqual([...ended(), session.subscriptions.size].slice(-2), [2500, 0], name);
      await again(name);
    }
    const told = ended().length;
    await refreshSubscription(hub, session, { channel, token: give("same", { filter: { ...goals } }) });
    clock.advance(1_000);
    assert.equal(ended().length, told);
    assert.equal(session.subscriptions.size, 1);
  });
});
