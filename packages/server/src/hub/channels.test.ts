import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createGround, type Ground, jsonEncoder, openNamespace, TestOutlet } from "./hub-ground.fixture.ts";
import {
  connect,
  type Encoder,
  type Engine,
  HubError,
  type Position,
  publish,
  type Session,
  type SubscribeResult,
  subscribe,
  unsubscribe,
} from "./index.ts";
import type { SubscribeWish } from "./operations/establish.ts";
import type { ChannelKey } from "./values/channel.ts";

const channel = "open:room";
const key = "default/open:room" as ChannelKey;
const server = (hub: Ground["hub"]) => {
  const tenant = hub.directory.tenant("default");
  assert.ok(tenant);
  return { tenant, crossesTenants: false, session: undefined };
};
const say = (ground: Ground, data: string, to = channel) =>
  publish(ground.hub, server(ground.hub), { channel: to, data });

async function enter(ground: Ground, session: Session, wish: SubscribeWish & { to?: string } = {}) {
  const { to = channel, ...rest } = wish;
  let result: SubscribeResult | undefined;
  await subscribe(ground.hub, session, {
    channel: to,
    token: "",
    ...rest,
    reply: (value) => {
      result = value;
    },
  });
  assert.ok(result);
  return result;
}

async function someone(ground: Ground, user = "42") {
  return ground.join({ identity: { user } });
}

const datas = (outlet: TestOutlet): unknown[] =>
  outlet.received.flatMap((push) => (push.type === "publication" ? [push.publication.data] : []));

/** Counts what the hub asks of the broker, and lets a test hold an answer back. */
function watched() {
  const subscribed = new Set<string>();
  const calls: string[] = [];
  let hold: Promise<void> | undefined;
  let events: Parameters<Engine["start"]>[1] | undefined;
  const wrapEngine = (engine: Engine): Engine => ({
    ...engine,
    start: (node, own) => {
      events = own;
      const publication: typeof own.publication = (...args) => {
        if (!watch.lost) own.publication(...args);
      };
      return engine.start(node, { ...own, publication });
    },
    broker: {
      ...engine.broker,
      async subscribe(key) {
        calls.push(`subscribe ${key}`);
        await engine.broker.subscribe(key);
        subscribed.add(key);
      },
      async unsubscribe(key) {
        calls.push(`unsubscribe ${key}`);
        await engine.broker.unsubscribe(key);
        subscribed.delete(key);
      },
      async history(key, query) {
        const held = hold;
        hold = undefined;
        const page = await engine.broker.history(key, query);
        await held;
        return page;
      },
    },
  });
  const watch = {
    wrapEngine,
    subscribed,
    calls,
    /** Publications do not arrive. */
    lost: false,
    /** The next answer of history waits until the returned function is called. */
    holdHistory(): () => void {
      let release = (): void => {};
      hold = new Promise((resolve) => {
        release = resolve;
      });
      return release;
    },
    get events(): Parameters<Engine["start"]>[1] {
      assert.ok(events);
      return events;
    },
  };
  return watch;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("fan-out", () => {
  it("encodes once per encoder and publishes once per topic, however many subscribers there are", async () => {
    const ground = await createGround();
    let encoded = 0;
    const encoders = ["a", "b"].map((id): Encoder => {
      const encode: Encoder["encode"] = (push) => {
        if (push.type === "publication") encoded++;
        return jsonEncoder.encode(push);
      };
      return { id, encode };
    });
    const outlets = await Promise.all(
      Array.from({ length: 1_000 }, async (_, n) => {
        const encoder = encoders[n % 2];
        assert.ok(encoder);
        const outlet = new TestOutlet();
        const { topics } = ground;
        const transport = { name: "test", pings: false, pongs: false, pushesDisconnect: false };
        const session = ground.hub.open({ outlet, topics, encoder, transport });
        const token = ground.tokenFor({ identity: { user: String(n) } });
        const request = { token, name: "", recover: new Map(), headerUser: "", reply: () => {} };
        await connect(ground.hub, session, request);
        await enter(ground, session);
        return outlet;
      }),
    );
    let told = 0;
    ground.hub.listen((event) => {
      if (event.type === "delivered" && event.kind === "publication") told += event.subscribers;
    });
    const before = ground.topics.published;
    for (let n = 1; n <= 3; n++) {
      await say(ground, String(n));
      assert.equal(encoded, 2 * n);
      assert.equal(ground.topics.published - before, 2 * n);
    }
    for (const outlet of outlets) assert.deepEqual(datas(outlet), ["1", "2", "3"]);
    assert.equal(told, 3_000);
  });

  it("tells of joins and leaves only those who asked and may, and the one who leaves not of his own", async () => {
    const ground = await createGround();
    const [asked, silent, third] = [await someone(ground), await someone(ground), await someone(ground, "7")];
    await enter(ground, asked.session, { joinLeave: true });
    await enter(ground, silent.session);
    await enter(ground, third.session, { joinLeave: true });
    unsubscribe(ground.hub, third.session, channel);
    const seen = ({ outlet }: { outlet: TestOutlet }): string[] =>
      outlet.received.flatMap((push) =>
        push.type === "join" || push.type === "leave" ? [`${push.type} ${push.info.user}`] : [],
      );
    assert.deepEqual(seen(asked), ["join 42", "join 42", "join 7", "leave 7"]);
    assert.deepEqual(seen(silent), []);
    assert.deepEqual(seen(third), ["join 7"]);
  });

  it("sends nothing between the reply and the join of the topic, and nothing before the reply", async () => {
    const watch = watched();
    const ground = await createGround({ wrapEngine: watch.wrapEngine });
    const { session, outlet } = await someone(ground);
    const release = watch.holdHistory();
    const subscribing = subscribe(ground.hub, session, {
      channel,
      token: "",
      recover: { offset: 0, epoch: "" },
      reply: (value) => outlet.received.push({ type: "reply", value }),
    });
    await turn();
    await say(ground, "1");
    assert.equal(outlet.received.length, 0);
    release();
    await subscribing;
    await say(ground, "2");
    assert.deepEqual(
      outlet.received.map((push) => push.type),
      ["reply", "publication"],
    );
    assert.deepEqual(datas(outlet), ["2"]);
  });
});

describe("first in and last out", () => {
  it("leaves the broker's subscriptions equal to the hub's after racing subscribes and unsubscribes", async () => {
    const watch = watched();
    const ground = await createGround({ wrapEngine: watch.wrapEngine });
    const sessions = await Promise.all(Array.from({ length: 10 }, () => someone(ground)));
    for (let round = 0; round < 10; round++) {
      const racing = sessions.map(async ({ session }, n) => {
        const to = `open:${n % 3}`;
        const entering = enter(ground, session, { to }).catch((error: unknown) => assert.ok(error instanceof HubError));
        for (let pause = round * 10 + n; pause > 0; pause--) await undefined;
        unsubscribe(ground.hub, session, to);
        await entering;
        // The first may have come before there was anything to leave.
        unsubscribe(ground.hub, session, to);
      });
      await Promise.all(racing);
      if (round % 2 === 0) ground.clock.advance(1_100);
      await turn();
    }
    const stays = await someone(ground, "7");
    const names = ["open:0", "open:1", "open:2"];
    for (const to of names) await enter(ground, stays.session, { to });
    ground.clock.advance(2_000);
    await turn();
    assert.deepEqual(
      [...watch.subscribed].sort(),
      names.map((each) => `default/${each}`),
    );
    assert.deepEqual([...ground.hub.channels.live.keys()].sort(), [...watch.subscribed].sort());
    assert.equal(ground.hub.channels.subscriptionCount, names.length);
    const heard = sessions.map(({ outlet }) => datas(outlet).length);
    for (const to of names) await say(ground, "1", to);
    assert.deepEqual(datas(stays.outlet), ["1", "1", "1"]);
    assert.deepEqual(
      sessions.map(({ outlet }) => datas(outlet).length),
      heard,
      "somebody who left hears it",
    );
  });

  it("delivers nothing to one who left, in whichever moment of its subscribing", async () => {
    for (let pauses = 0; pauses < 40; pauses++) {
      const ground = await createGround();
      const [stays, leaves] = [await someone(ground), await someone(ground)];
      await enter(ground, stays.session);
      const entering = enter(ground, leaves.session).catch((error: unknown) => assert.ok(error instanceof HubError));
      for (let pause = pauses; pause > 0; pause--) await undefined;
      const left = leaves.session.subscriptions.has(channel);
      unsubscribe(ground.hub, leaves.session, channel);
      await entering;
      await say(ground, "1");
      assert.deepEqual(datas(leaves.outlet), left ? [] : ["1"], `after ${pauses} pauses`);
      assert.deepEqual(datas(stays.outlet), ["1"]);
    }
  });

  it("subscribes at the broker once for many, and does not flap when one comes and goes", async () => {
    const watch = watched();
    const ground = await createGround({ wrapEngine: watch.wrapEngine });
    const people = await Promise.all(Array.from({ length: 20 }, () => someone(ground)));
    for (let n = 0; n < 3; n++) {
      ground.clock.advance(500);
      await turn();
      await Promise.all(people.map(({ session }) => enter(ground, session)));
      for (const { session } of people) unsubscribe(ground.hub, session, channel);
    }
    assert.deepEqual(watch.calls, [`subscribe ${key}`]);
    ground.clock.advance(1_100);
    await turn();
    assert.deepEqual(watch.calls, [`subscribe ${key}`, `unsubscribe ${key}`]);
    assert.equal(ground.hub.channels.live.size, 0);
  });

  it("announces the first subscriber and the last", async () => {
    const ground = await createGround();
    const seen: string[] = [];
    ground.hub.listen((event) => {
      if (event.type === "occupied" || event.type === "vacated") seen.push(`${event.type} ${event.channel}`);
    });
    const [one, other] = [await someone(ground), await someone(ground)];
    await enter(ground, one.session);
    await enter(ground, other.session);
    unsubscribe(ground.hub, one.session, channel);
    assert.deepEqual(seen, [`occupied ${channel}`]);
    other.session.closed(1000);
    assert.deepEqual(seen, [`occupied ${channel}`, `vacated ${channel}`]);
  });

  it("forgets a channel that the broker refused, and the next subscriber tries anew", async () => {
    let refuse = true;
    const wrapEngine = (engine: Engine): Engine => ({
      ...engine,
      broker: {
        ...engine.broker,
        subscribe: (each) => (refuse ? Promise.reject(new Error("down")) : engine.broker.subscribe(each)),
      },
    });
    const ground = await createGround({ wrapEngine });
    const { session, outlet } = await someone(ground);
    await assert.rejects(enter(ground, session), /^HubError: internal server error$/);
    assert.equal(session.subscriptions.size, 0);
    refuse = false;
    await enter(ground, session);
    await say(ground, "1");
    assert.deepEqual(datas(outlet), ["1"]);
  });
});

describe("a channel that everybody left", () => {
  it("does not take its successor away when the broker was slow to let it go", async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const ground = await createGround({
      wrapEngine: (engine) => ({
        ...engine,
        broker: { ...engine.broker, unsubscribe: (each) => held.then(() => engine.broker.unsubscribe(each)) },
      }),
    });
    const { session, outlet } = await someone(ground);
    await enter(ground, session);
    unsubscribe(ground.hub, session, channel);
    ground.clock.advance(1_100);
    const entering = enter(ground, session).catch(() => undefined);
    await turn();
    unsubscribe(ground.hub, session, channel);
    release();
    await entering;
    await turn();
    await enter(ground, session);
    ground.clock.advance(1_100);
    await turn();
    await say(ground, "1");
    assert.deepEqual(datas(outlet), ["1"]);
    unsubscribe(ground.hub, session, channel);
    await say(ground, "2");
    assert.deepEqual(datas(outlet), ["1"]);
  });

  it("does not fill its gap for those who came later", async () => {
    const watch = watched();
    let letGo = (): void => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const ground = await createGround({
      wrapEngine: (engine) =>
        watch.wrapEngine({
          ...engine,
          broker: { ...engine.broker, unsubscribe: (each) => held.then(() => engine.broker.unsubscribe(each)) },
        }),
    });
    const { broker } = ground.hub.engine;
    const [first, second] = [await someone(ground), await someone(ground)];
    await enter(ground, first.session);
    await say(ground, "1");
    const release = watch.holdHistory();
    const stream = { size: 100, ttlMs: 600_000, metaTtlMs: 600_000 };
    watch.lost = true;
    await broker.publish(key, { data: "2", offset: 0 }, { stream });
    watch.lost = false;
    await say(ground, "3");
    await turn();
    unsubscribe(ground.hub, first.session, channel);
    ground.clock.advance(1_100);
    await turn();
    const entering = enter(ground, second.session);
    await turn();
    letGo();
    assert.equal((await entering).position?.offset, 3);
    release();
    await turn();
    await say(ground, "4");
    assert.deepEqual(datas(second.outlet), ["4"]);
  });
});

describe("what is fanned out while history is read", () => {
  it("is part of the recovery", async () => {
    const watch = watched();
    const ground = await createGround({ wrapEngine: watch.wrapEngine });
    await say(ground, "1");
    const { session, outlet } = await someone(ground);
    const release = watch.holdHistory();
    const entering = enter(ground, session, { recover: { offset: 0, epoch: "" } });
    await turn();
    await say(ground, "2");
    await say(ground, "3");
    release();
    const { recovered, publications, position } = await entering;
    assert.equal(recovered, true);
    assert.deepEqual(
      publications.map(({ data }) => data),
      ["1", "2", "3"],
    );
    assert.equal(position?.offset, 0);
    assert.deepEqual(datas(outlet), []);
    const live = ground.hub.channels.live.get(key);
    assert.deepEqual([live?.readers, live?.tail], [0, []], "the tail is kept no longer than it is needed");
  });

  it("is bounded: past the limit the client is told that it did not recover", async () => {
    const watch = watched();
    const ground = await createGround({ wrapEngine: watch.wrapEngine });
    const { session } = await someone(ground);
    const release = watch.holdHistory();
    const entering = enter(ground, session, { recover: { offset: 0, epoch: "" } });
    await turn();
    for (let n = 0; n < 600; n++) await say(ground, String(n));
    assert.ok((ground.hub.channels.live.get(key)?.tail.length ?? 0) < 600);
    release();
    const { recovered, publications } = await entering;
    assert.deepEqual([recovered, publications.length], [false, 0]);
  });
});

describe("a hole in a stream", () => {
  const later: Position = { offset: 1, epoch: "another" };

  it("made by a new epoch is told to client-side subscriptions with 2500, to server-side ones by 3010; others go on", async () => {
    const watch = watched();
    const ground = await createGround({
      wrapEngine: watch.wrapEngine,
      namespaces: [{ ...openNamespace, forceRecovery: false, allowRecovery: true, allowPositioning: true }],
    });
    const [positioned, plain] = [await someone(ground), await someone(ground)];
    const override = { forcePositioning: true };
    const served = await ground.join({
      identity: { user: "7" },
      subscriptions: new Map([[channel, { expireAt: 0, override }]]),
    });
    await enter(ground, positioned.session, { positioned: true });
    await enter(ground, plain.session);
    await say(ground, "1");
    watch.events.publication(key, { data: "2", offset: later.offset }, later.epoch);
    const unsubscribed = positioned.outlet.received.filter((push) => push.type === "unsubscribe");
    assert.deepEqual(unsubscribed, [{ type: "unsubscribe", channel, code: 2500, reason: "insufficient state" }]);
    assert.equal(served.outlet.closed?.code, 3010);
    assert.deepEqual(datas(plain.outlet), ["1", "2"]);
    assert.deepEqual(datas(positioned.outlet), ["1"]);
    assert.equal(plain.outlet.closed, undefined);
  });

  it("that history cannot fill is told with 2500, and asked for once", async () => {
    const watch = watched();
    const ground = await createGround({ wrapEngine: watch.wrapEngine });
    const { session, outlet } = await someone(ground);
    await enter(ground, session);
    await say(ground, "1");
    const epoch = ground.hub.channels.live.get(key)?.position?.epoch ?? "";
    watch.events.publication(key, { data: "9", offset: 9 }, epoch);
    await turn();
    assert.ok(outlet.received.some((push) => push.type === "unsubscribe" && push.code === 2500));
    assert.deepEqual(datas(outlet), ["1"], "nothing after the hole");
  });

  it("is found by the position check when no event tells, and filled", async () => {
    const ground = await createGround({ settings: { pingIntervalMs: 0 } });
    const { session, outlet } = await someone(ground);
    await enter(ground, session);
    await ground.hub.engine.broker.unsubscribe(key);
    await say(ground, "1");
    await say(ground, "2");
    assert.deepEqual(datas(outlet), []);
    ground.clock.advance(41_000);
    await turn();
    assert.deepEqual(datas(outlet), ["1", "2"], "what was lost is fetched");
  });
});

describe("cache mode", () => {
  const cached = { ...openNamespace, recoveryMode: "cache" as const };

  it("gives the newest publication only, and nothing to one who has it", async () => {
    const ground = await createGround({ namespaces: [cached] });
    for (const data of ["1", "2", "3"]) await say(ground, data);
    const { session } = await someone(ground);
    const first = await enter(ground, session, { recover: { offset: 0, epoch: "" } });
    assert.deepEqual([first.recovered, first.publications.map(({ data }) => data)], [true, ["3"]]);
    unsubscribe(ground.hub, session, channel);
    const epoch = first.position?.epoch ?? "";
    const again = await enter(ground, session, { recover: { offset: 3, epoch } });
    assert.deepEqual([again.recovered, again.publications], [true, []]);
  });

  it("recovers without being asked where the namespace says so, and only there", async () => {
    for (const autoCacheRecover of [true, false]) {
      const ground = await createGround({ namespaces: [{ ...cached, autoCacheRecover }] });
      await say(ground, "1");
      const { session } = await someone(ground);
      const { publications, wasRecovering } = await enter(ground, session);
      assert.deepEqual([publications.length, wasRecovering], autoCacheRecover ? [1, true] : [0, false]);
    }
  });
});

describe("positions without recovery", () => {
  const kept = { ...openNamespace, forceRecovery: false, allowHistoryForClient: false };

  it("are told where the namespace allows or forces positioning, and recovery is not", async () => {
    for (const options of [{ allowPositioning: true }, { forcePositioning: true }]) {
      const ground = await createGround({ namespaces: [{ ...kept, ...options }] });
      const { position } = await say(ground, "1");
      const { session } = await someone(ground);
      const wish = { positioned: true, recoverable: true, recover: { offset: 0, epoch: "" } };
      const result = await enter(ground, session, wish);
      assert.deepEqual(
        [result.positioned, result.recoverable, result.wasRecovering, result.recovered, result.publications],
        [true, false, false, false, []],
      );
      assert.deepEqual(result.position, position);
    }
  });

  it("are not told where the client has no right to history", async () => {
    const ground = await createGround({ namespaces: [kept] });
    const { session } = await someone(ground);
    const result = await enter(ground, session, { positioned: true, recoverable: true });
    assert.deepEqual([result.positioned, result.recoverable, result.position], [false, false, undefined]);
  });

  it("are told to one who may read history", async () => {
    const ground = await createGround({ namespaces: [{ ...kept, allowHistoryForClient: true }] });
    const { session } = await someone(ground);
    const result = await enter(ground, session, { recoverable: true });
    assert.deepEqual([result.positioned, result.recoverable], [true, true]);
  });
});
