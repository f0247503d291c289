import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createGround, type Ground, openNamespace, type TestOutlet } from "./hub-ground.fixture.ts";
import { pong, presence, type Session, subscribe } from "./index.ts";

const second = (ground: Ground): number => ground.clock.now() / 1000;
const pings = (outlet: TestOutlet): number => outlet.received.filter((push) => push.type === "ping").length;

const closing = (outlet: TestOutlet): number | undefined => outlet.closed?.code;

async function enter(ground: Ground, session: Session, channel: string, token = ""): Promise<void> {
  await subscribe(ground.hub, session, { channel, token, reply: () => {} });
}

const server = (ground: Ground) => {
  const tenant = ground.hub.directory.tenant("default");
  assert.ok(tenant);
  return { tenant, crossesTenants: false, session: undefined };
};

describe("a session", () => {
  it("that does not connect in time ends with 3502", async () => {
    const ground = await createGround();
    const { outlet } = ground.open();
    ground.clock.advance(9_900);
    assert.equal(closing(outlet), undefined);
    ground.clock.advance(200);
    assert.equal(closing(outlet), 3502);
    assert.equal(ground.hub.openCount, 0);
  });

  it("is pinged, and goes on as long as it answers", async () => {
    const ground = await createGround();
    const { session, outlet } = await ground.join({ identity: { user: "42" } });
    for (let round = 1; round <= 5; round++) {
      while (pings(outlet) < round) ground.clock.advance(100);
      pong(ground.hub, session);
    }
    assert.equal(closing(outlet), undefined);
    assert.ok(ground.clock.monotonic() <= 5 * 25_100);
  });

  it("that answers no ping ends with 3012", async () => {
    const ground = await createGround();
    const { outlet } = await ground.join({ identity: { user: "42" } });
    while (pings(outlet) === 0) ground.clock.advance(50);
    ground.clock.advance(7_900);
    assert.equal(closing(outlet), undefined);
    ground.clock.advance(200);
    assert.equal(closing(outlet), 3012);
  });

  it("that answers without having been asked ends with 3501", async () => {
    const ground = await createGround();
    const { session, outlet } = await ground.join({ identity: { user: "42" } });
    assert.throws(() => pong(ground.hub, session), { disconnect: { code: 3501, reason: "bad request" } });
    while (pings(outlet) === 0) ground.clock.advance(50);
    pong(ground.hub, session);
    assert.throws(() => pong(ground.hub, session), { disconnect: { code: 3501, reason: "bad request" } });
  });

  it("tells how long a ping took", async () => {
    const ground = await createGround();
    const { session, outlet } = await ground.join({ identity: { user: "42" } });
    const took: number[] = [];
    ground.hub.listen((event) => {
      if (event.type === "pong") took.push(event.roundTripMs);
    });
    while (pings(outlet) === 0) ground.clock.advance(50);
    ground.clock.advance(120);
    pong(ground.hub, session);
    assert.deepEqual(took, [120]);
  });

  it("ends with 3005 when its credential has expired and the grace is over", async () => {
    const ground = await createGround({ settings: { pingIntervalMs: 0 } });
    const { outlet, reply } = await ground.join({ identity: { user: "42" }, expireAt: second(ground) + 10 });
    assert.deepEqual([reply.expires, reply.ttl], [true, 10]);
    ground.clock.advance(34_900);
    assert.equal(closing(outlet), undefined);
    ground.clock.advance(200);
    assert.equal(closing(outlet), 3005);
  });

  it("leaves nothing behind when it ends: no subscription, no presence, no count, no deadline", async () => {
    const ground = await createGround();
    const { session } = await ground.join({ identity: { user: "42" } });
    await enter(ground, session, "open:room");
    const caller = server(ground);
    assert.equal((await presence(ground.hub, caller, "open:room")).length, 1);
    session.closed(1000);
    session.closed(1000);
    const { hub } = ground;
    assert.deepEqual(await presence(hub, caller, "open:room"), []);
    assert.deepEqual([hub.sessions.size, hub.users.size, hub.openCount, hub.channels.subscriptionCount], [0, 0, 0, 0]);
    assert.equal(session.due, 0);
  });

  it("keeps the first reason of its end", async () => {
    const ground = await createGround();
    const { session, outlet } = await ground.join({ identity: { user: "42" } });
    const codes: number[] = [];
    ground.hub.listen((event) => {
      if (event.type === "disconnected") codes.push(event.code);
    });
    session.overflow();
    session.disconnect({ code: 3005, reason: "later" });
    session.closed(1006);
    assert.equal(closing(outlet), 3008);
    assert.deepEqual(codes, [3008]);
  });
});

describe("presence of a session", () => {
  it("is kept alive as long as the session is", async () => {
    const ground = await createGround({ settings: { pingIntervalMs: 0 } });
    const { session } = await ground.join({ identity: { user: "42" } });
    await enter(ground, session, "open:room");
    const caller = server(ground);
    for (let n = 0; n < 5; n++) {
      ground.clock.advance(50_000);
      assert.equal((await presence(ground.hub, caller, "open:room")).length, 1);
    }
  });

  it("does not come back when the session ended while it was subscribing", async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const ground = await createGround({
      wrapEngine: (engine) => ({
        ...engine,
        broker: { ...engine.broker, subscribe: (key) => held.then(() => engine.broker.subscribe(key)) },
      }),
    });
    const { session } = await ground.join({ identity: { user: "42" } });
    const entering = enter(ground, session, "open:room");
    await new Promise((resolve) => setImmediate(resolve));
    session.closed(1006);
    release();
    await assert.rejects(entering);
    assert.deepEqual(await presence(ground.hub, server(ground), "open:room"), []);
  });
});

describe("a subscription that expires", () => {
  const grant = (ground: { clock: { now(): number } }) => ({
    channel: "open:room",
    user: "42",
    client: "",
    expireAt: ground.clock.now() / 1000 + 10,
  });

  it("ends with 2501 after the grace when the client asked for it", async () => {
    const subscriptionTokens = new Map();
    const ground = await createGround({ settings: { pingIntervalMs: 0 }, subscriptionTokens });
    subscriptionTokens.set("token", grant(ground));
    const { session, outlet } = await ground.join({ identity: { user: "42" } });
    await enter(ground, session, "open:room", "token");
    ground.clock.advance(34_900);
    assert.equal(session.subscriptions.size, 1);
    ground.clock.advance(200);
    const end = outlet.received.at(-1);
    assert.ok(end?.type === "unsubscribe" && end.code === 2501);
    assert.equal(session.subscriptions.size, 0);
    assert.equal(closing(outlet), undefined);
  });

  it("ends the connection with 3006 when the server gave it", async () => {
    const ground = await createGround({ settings: { pingIntervalMs: 0 } });
    const { expireAt } = grant(ground);
    const { outlet } = await ground.join({
      identity: { user: "42" },
      subscriptions: new Map([["open:room", { expireAt }]]),
    });
    ground.clock.advance(35_100);
    assert.equal(closing(outlet), 3006);
  });
});

describe("a node that drains", () => {
  it("tells every client to come back elsewhere and takes no new one", async () => {
    const ground = await createGround();
    const joined = [await ground.join({ identity: { user: "1" } }), await ground.join({ identity: { user: "2" } })];
    ground.hub.drain();
    for (const { outlet } of joined) assert.equal(closing(outlet), 3001);
    await assert.rejects(ground.join({ identity: { user: "3" } }), { disconnect: { code: 3001, reason: "shutdown" } });
  });

  it("does not overlook one that is just connecting", async () => {
    const ground = await createGround({
      wrapEngine: (engine) => ({
        ...engine,
        broker: {
          ...engine.broker,
          async subscribe(key) {
            ground.hub.drain();
            await engine.broker.subscribe(key);
          },
        },
      }),
    });
    const joining = ground.join({ identity: { user: "1" }, subscriptions: new Map([["open:room", { expireAt: 0 }]]) });
    await assert.rejects(joining, { disconnect: { code: 3001, reason: "shutdown" } });
    assert.equal(ground.hub.sessions.size, 0);
    assert.equal(ground.hub.channels.subscriptionCount, 0);
  });
});

describe("limits of a session", () => {
  it("of subscriptions are named, and the tenant's own goes before that of the node", async () => {
    for (const options of [{ settings: { channelLimit: 2 } }, { limits: { subscriptionsPerConnection: 2 } }]) {
      const ground = await createGround(options);
      const { session } = await ground.join({ identity: { user: "42" } });
      await enter(ground, session, "open:1");
      await enter(ground, session, "open:2");
      await assert.rejects(enter(ground, session, "open:3"), /^HubError: limit exceeded: .*2 subscriptions/);
    }
  });

  it("hold when many subscribe at once", async () => {
    const ground = await createGround({ settings: { channelLimit: 3 }, namespaces: [openNamespace] });
    const { session } = await ground.join({ identity: { user: "42" } });
    const asked = Array.from({ length: 10 }, (_, n) => enter(ground, session, `open:${n}`));
    const outcomes = await Promise.allSettled(asked);
    assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 3);
    assert.equal(session.subscriptions.size, 3);
  });

  it("let nobody subscribe twice to a channel, also not at once", async () => {
    const ground = await createGround();
    const { session } = await ground.join({ identity: { user: "42" } });
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => enter(ground, session, "open:1")));
    assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
    await assert.rejects(enter(ground, session, "open:1"), /^HubError: already subscribed$/);
  });
});
