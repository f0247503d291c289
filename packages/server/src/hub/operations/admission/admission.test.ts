import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMemoryRevocations, createMemorySpace } from "../../../engines/memory/index.ts";
import { createSeededIds } from "../../../kit/ids.ts";
import { createVirtualClock, type VirtualClock } from "../../../kit/virtual-clock.ts";
import { createGround, type Ground, openNamespace, type TestGrant } from "../../hub-ground.fixture.ts";
import {
  blockUser,
  type Caller,
  connections,
  type DisconnectError,
  disconnect,
  HubError,
  invalidateUserTokens,
  type Revocations,
  refresh,
  refreshSubscription,
  revokeToken,
  type Session,
  type SubscriptionGrant,
  serverSubscribe,
  subscribe,
  unblockUser,
} from "../../index.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const token = (uid: string, issuedAt = 0) => ({ uid, issuedAt });
const who = (user: string, rest: TestGrant = {}): TestGrant => ({ ...rest, identity: { user } });

interface Cluster {
  readonly nodes: readonly [Ground, Ground];
  readonly caller: Caller;
  readonly clock: VirtualClock;
}

const subscriptionTokens = new Map<string, SubscriptionGrant>(
  ["a", "b"].map((uid, n) => [
    uid,
    { channel: `open:${uid}`, user: "42", client: "", expireAt: 0, token: token(uid, 100 * (n + 1)) },
  ]),
);

async function createCluster(wrap = (memory: Revocations): Revocations => memory): Promise<Cluster> {
  const clock = createVirtualClock();
  const space = createMemorySpace({ clock, ids: createSeededIds(9) });
  const revocations = wrap(createMemoryRevocations({ clock }));
  const namespaces = [openNamespace, { ...openNamespace, name: "shut", allowSubscribeForClient: false }];
  const options = { clock, space, revocations, subscriptionTokens, namespaces, settings: { pingIntervalMs: 0 } };
  const nodes = [await createGround({ ...options, seed: 1 }), await createGround({ ...options, seed: 2 })] as const;
  const tenant = nodes[0].hub.directory.tenant("default");
  assert.ok(tenant);
  return { nodes, clock, caller: { tenant, crossesTenants: false, session: undefined } };
}

const enter = ({ hub }: Ground, session: Session, name: string): Promise<void> =>
  subscribe(hub, session, { channel: `open:${name}`, token: name, reply: () => {} });

const tokenExpired = (error: unknown): boolean => error instanceof HubError && error.code === 109;
const disconnected = (code: number) => (error: unknown) => (error as DisconnectError).disconnect.code === code;

describe("a user that is blocked", () => {
  it("is sent away from every node with 3507, does not come back, and nobody else notices", async () => {
    const { nodes, caller } = await createCluster();
    const [one, two] = nodes;
    const meant = [await one.join(who("42")), await two.join(who("42", { token: token("t") }))];
    const others = [
      await one.join(who("7")),
      await two.join(who("")),
      await two.join({ identity: { user: "42", tenant: "other" } }),
    ];
    await blockUser(one.hub, caller, { user: "42", expireAt: 0 });
    await turn();
    assert.deepEqual(
      meant.map(({ outlet }) => outlet.closed),
      [
        { code: 3507, reason: "permission denied" },
        { code: 3507, reason: "permission denied" },
      ],
    );
    for (const { outlet } of others) assert.equal(outlet.closed, undefined);
    await assert.rejects(two.join(who("42")), disconnected(3507));
    await two.join({ identity: { user: "42", tenant: "other" } });
    await unblockUser(two.hub, caller, "42");
    await one.join(who("42"));
  });

  it("comes back when the time is over", async () => {
    const { nodes, caller, clock } = await createCluster();
    const expireAt = Math.floor(clock.now() / 1000) + 60;
    await blockUser(nodes[0].hub, caller, { user: "42", expireAt });
    await assert.rejects(nodes[0].join(who("42")), disconnected(3507));
    clock.advance(61_000);
    await nodes[0].join(who("42"));
  });

  it("does not slip in while it connects", async () => {
    for (const moment of ["before", "after"] as const) {
      let hold: Promise<void> | undefined;
      let release = (): void => {};
      const { nodes, caller } = await createCluster((memory) => ({
        ...memory,
        async find(tenant, credential) {
          const found = moment === "before" ? await memory.find(tenant, credential) : undefined;
          await hold;
          return moment === "before" ? found : memory.find(tenant, credential);
        },
      }));
      hold = new Promise((resolve) => {
        release = resolve;
      });
      const joining = nodes[1].join(who("42"));
      await turn();
      await blockUser(nodes[0].hub, caller, { user: "42", expireAt: 0 });
      await turn();
      hold = undefined;
      release();
      await assert.rejects(joining, disconnected(3507), moment);
    }
  });

  it("does not slip in while its subscriptions are established", async () => {
    const { nodes, caller } = await createCluster();
    const [one, two] = nodes;
    const { history } = two.hub.engine.broker;
    let blocked: Promise<void> | undefined;
    two.hub.engine.broker.history = async (key, query) => {
      blocked ??= blockUser(one.hub, caller, { user: "42", expireAt: 0 });
      await blocked;
      await turn();
      return history(key, query);
    };
    const joining = two.join(who("42", { subscriptions: new Map([["open:x", { expireAt: 0 }]]) }));
    await assert.rejects(joining, disconnected(3507));
    assert.equal(two.hub.channels.subscriptionCount, 0);
  });
});

describe("a token that is revoked", () => {
  it("ends its connections with 3014 on every node, and opens no new one until another is brought", async () => {
    const { nodes, caller } = await createCluster();
    const [one, two] = nodes;
    const meant = [await one.join(who("42", { token: token("t") })), await two.join(who("42", { token: token("t") }))];
    const other = await two.join(who("42", { token: token("u") }));
    const foreign = await two.join({ identity: { user: "1", tenant: "other" }, token: token("t") });
    await revokeToken(one.hub, caller, { uid: "t", expireAt: 0 });
    await turn();
    for (const { outlet } of meant) assert.equal(outlet.closed?.code, 3014);
    assert.equal(other.outlet.closed, undefined);
    assert.equal(foreign.outlet.closed, undefined);
    await assert.rejects(two.join(who("42", { token: token("t") })), tokenExpired);
    await two.join({ identity: { user: "1", tenant: "other" }, token: token("t") });
    const revoked = one.tokenFor(who("42", { token: token("t") }));
    const { session } = await one.join(who("42", { token: token("u") }));
    await assert.rejects(refresh(one.hub, session, revoked), disconnected(3014));
  });

  it("ends the subscriptions that it opened with 2502, and neither opens nor prolongs one", async () => {
    const { nodes, caller } = await createCluster();
    const [one, two] = nodes;
    const { session, outlet } = await two.join(who("42", { token: token("t") }));
    await enter(two, session, "a");
    await enter(two, session, "b");
    await revokeToken(one.hub, caller, { uid: "a", expireAt: 0 });
    await turn();
    assert.deepEqual([...session.subscriptions.keys()], ["open:b"]);
    assert.deepEqual(outlet.received.at(-1), {
      type: "unsubscribe",
      channel: "open:a",
      code: 2502,
      reason: "state invalidated",
    });
    assert.equal(outlet.closed, undefined);
    await assert.rejects(enter(two, session, "a"), tokenExpired);
    await subscribe(two.hub, session, { channel: "open:a", token: "", reply: () => {} });
    await assert.rejects(refreshSubscription(two.hub, session, { channel: "open:a", token: "a" }), tokenExpired);
  });
});

describe("tokens of a user from before a time", () => {
  it("end what they opened on every node; newer ones and those of others stay", async () => {
    const { nodes, caller } = await createCluster();
    const [one, two] = nodes;
    const old = [await one.join(who("42", { token: token("", 99) })), await two.join(who("42", { token: token("") }))];
    const kept = [
      await one.join(who("42", { token: token("", 100) })),
      await two.join(who("7", { token: token("", 1) })),
      await two.join(who("42")),
    ];
    await invalidateUserTokens(one.hub, caller, { user: "42", issuedBefore: 100, channel: "", expireAt: 0 });
    await turn();
    for (const { outlet } of old) assert.equal(outlet.closed?.code, 3014);
    for (const { outlet } of kept) assert.equal(outlet.closed, undefined);
    await assert.rejects(two.join(who("42", { token: token("", 99) })), tokenExpired);
    await two.join(who("42", { token: token("", 100) }));
  });

  it("are, with a channel, only its subscription tokens", async () => {
    const { nodes, caller } = await createCluster();
    const [one, two] = nodes;
    const { session, outlet } = await two.join(who("42", { token: token("t", 1) }));
    await enter(two, session, "a");
    await enter(two, session, "b");
    await invalidateUserTokens(one.hub, caller, { user: "42", issuedBefore: 101, channel: "open:a", expireAt: 0 });
    await turn();
    assert.equal(outlet.closed, undefined);
    assert.deepEqual([...session.subscriptions.keys()], ["open:b"]);
    await assert.rejects(enter(two, session, "a"), tokenExpired);
  });

  it("are those from before now when no time is named", async () => {
    const { nodes, caller, clock } = await createCluster();
    const now = Math.floor(clock.now() / 1000);
    await invalidateUserTokens(nodes[0].hub, caller, { user: "42", issuedBefore: 0, channel: "", expireAt: 0 });
    await assert.rejects(nodes[0].join(who("42", { token: token("", now - 1) })), tokenExpired);
    await nodes[0].join(who("42", { token: token("", now) }));
  });
});

describe("an order that means nobody", () => {
  it("is refused, and so is one whose end has passed", async () => {
    const { nodes, caller } = await createCluster();
    const [{ hub }] = nodes;
    await assert.rejects(blockUser(hub, caller, { user: "", expireAt: 0 }), /name a user/);
    await assert.rejects(unblockUser(hub, caller, ""), /name a user/);
    await assert.rejects(revokeToken(hub, caller, { uid: "", expireAt: 0 }), /claim jti/);
    const none = { user: "", issuedBefore: 0, channel: "", expireAt: 0 };
    await assert.rejects(invalidateUserTokens(hub, caller, none), /name a user/);
    await assert.rejects(blockUser(hub, caller, { user: "42", expireAt: 1 }), /expire_at is in the past/);
  });
});

describe("connections", () => {
  const all = { user: "", limit: 0, cursor: "" };

  it("of all nodes are told with what they are, and only those of the tenant", async () => {
    const { nodes, caller, clock } = await createCluster();
    const [one, two] = nodes;
    const { session } = await one.join(
      who("42", {
        token: token("t", 5),
        meta: '{"plan":1}',
        labels: { device: "tv" },
        subscriptions: new Map([["shut:given", { expireAt: 0 }]]),
      }),
    );
    await enter(one, session, "a");
    await subscribe(one.hub, session, { channel: "open:free", token: "", reply: () => {} });
    const target = { user: "42", client: "", session: "" };
    await serverSubscribe(one.hub, caller, { ...target, channel: "shut:added", expireAt: 0 });
    await two.join(who("7"));
    await two.join({ identity: { user: "42", tenant: "other" } });
    const page = await connections(two.hub, caller, { ...all, user: "42" });
    assert.deepEqual(page, {
      connections: [
        {
          client: session.id,
          user: "42",
          name: "test",
          version: "",
          transport: "test",
          format: "test",
          channels: {
            "shut:given": "connectionToken",
            "open:a": "subscriptionToken",
            "open:free": "namespace",
            "shut:added": "serverApi",
          },
          subscriptionTokens: { "open:a": token("a", 100) },
          token: token("t", 5),
          meta: '{"plan":1}',
          labels: { device: "tv" },
          connectedAtMs: clock.now(),
          roundTripMs: 0,
        },
      ],
      cursor: "",
      missing: [],
    });
    const users = (await connections(two.hub, caller, all)).connections.map(({ user }) => user);
    assert.deepEqual(users.sort(), ["42", "7"]);
  });

  it("come in pages, each once", async () => {
    const { nodes, caller } = await createCluster();
    for (let n = 0; n < 23; n++) await nodes[n % 3 === 0 ? 0 : 1].join(who(String(n)));
    for (const limit of [1, 4, 23, 24]) {
      const users: string[] = [];
      let cursor = "";
      do {
        const page = await connections(nodes[0].hub, caller, { ...all, limit, cursor });
        assert.ok(page.connections.length <= limit);
        users.push(...page.connections.map(({ user }) => user));
        cursor = page.cursor;
      } while (cursor !== "");
      assert.equal(users.length, 23);
      assert.equal(new Set(users).size, 23);
    }
  });

  it("are chosen by their labels, also for orders to everybody", async () => {
    const { nodes, caller } = await createCluster();
    const [one, two] = nodes;
    const tv = [
      await one.join(who("1", { labels: { device: "tv" } })),
      await two.join(who("2", { labels: { device: "tv" } })),
    ];
    const rest = [
      await one.join(who("1", { labels: { device: "phone" } })),
      await two.join(who("")),
      await two.join({ identity: { tenant: "other", user: "1" }, labels: { device: "tv" } }),
    ];
    const labels = { key: "device", cmp: "eq", val: "tv" } as const;
    const found = await connections(one.hub, caller, { ...all, labels });
    assert.deepEqual(found.connections.map(({ client }) => client).sort(), tv.map(({ session }) => session.id).sort());
    const target = { user: "", client: "", session: "", whitelist: [] };
    await assert.rejects(disconnect(one.hub, caller, { ...target, labels }), /say all_users/);
    await assert.rejects(disconnect(one.hub, caller, { ...target, user: "1", allUsers: true }), /exclude each other/);
    disconnect(one.hub, caller, { ...target, allUsers: true, labels });
    await turn();
    for (const { outlet } of tv) assert.equal(outlet.closed?.code, 3503);
    for (const { outlet } of rest) assert.equal(outlet.closed, undefined);
    disconnect(one.hub, caller, { ...target, allUsers: true });
    await turn();
    assert.deepEqual(
      rest.map(({ outlet }) => outlet.closed?.code),
      [3503, 3503, undefined],
    );
  });

  it("of very many are ended over several turns, and all of them are", async () => {
    const { nodes, caller, clock } = await createCluster();
    const [{ hub }] = nodes;
    const joined = await Promise.all(Array.from({ length: 600 }, (_, n) => nodes[0].join(who(String(n)))));
    const closed = (): number => joined.filter(({ outlet }) => outlet.closed).length;
    disconnect(hub, caller, { user: "", client: "", session: "", whitelist: [], allUsers: true });
    assert.equal(closed(), 256);
    for (const so of [512, 600]) {
      await turn();
      clock.turn();
      await turn();
      assert.equal(closed(), so);
    }
  });

  it("say which nodes did not answer", async () => {
    const { nodes, caller, clock } = await createCluster();
    const [one, two] = nodes;
    await one.join(who("1"));
    await two.hub.engine.stop();
    const asked = connections(one.hub, caller, all);
    clock.advance(10_000);
    const page = await asked;
    assert.equal(page.connections.length, 1);
    assert.deepEqual(
      page.missing.map(({ uid }) => uid),
      [two.hub.nodeId],
    );
  });
});
