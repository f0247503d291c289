import assert from "node:assert/strict";
import type { Subscription } from "centrifuge";
import { conformance } from "./stage/conformance.ts";
import { heard, heardIn, subscribed } from "./stage/heard.ts";
import { RawSocket } from "./stage/raw-socket.ts";
import { unique } from "./stage/stage.ts";
import { inSeconds } from "./stage/times.ts";
import { everyWay } from "./stage/ways.ts";

conformance("who may subscribe", { profile: "baseline", together: true, ways: everyWay }, (test) => {
  test("a channel that is open to users is subscribed", async ({ join, channel }) => {
    await subscribed(await join({ sub: "alice" }), channel("open"));
  });

  test("a channel that is not open is denied with 103 and a reason", async ({ join, channel }) => {
    const client = await join({ sub: "alice" });
    const subscription = client.newSubscription(channel("closed"));
    const refused = heardIn(subscription, "unsubscribed");
    subscription.subscribe();
    const { code, reason } = await refused.first();
    assert.equal(code, 103);
    assert.match(reason, /^permission denied/);
    await client.rpc("ping", {});
  });

  test("a channel of a namespace that nobody declared is unknown: 102", async ({ join }) => {
    const subscription = (await join({ sub: "alice" })).newSubscription("undeclared:news");
    const refused = heardIn(subscription, "unsubscribed");
    subscription.subscribe();
    assert.equal((await refused.first()).code, 102);
  });

  test("a channel name longer than 255 bytes is a bad request: 107", async ({ join }) => {
    const subscription = (await join({ sub: "alice" })).newSubscription(`open:${"x".repeat(260)}`);
    const refused = heardIn(subscription, "unsubscribed");
    subscription.subscribe();
    assert.equal((await refused.first()).code, 107);
  });

  test("more subscriptions than the limit are refused with 106", async ({ join, channel }) => {
    const client = await join({ sub: "alice" });
    for (let i = 0; i < 16; i++) await subscribed(client, channel("open"));
    const oneTooMany = client.newSubscription(channel("open"));
    const refused = heardIn(oneTooMany, "unsubscribed");
    oneTooMany.subscribe();
    assert.equal((await refused.first()).code, 106);
  });

  test("a second subscription to the same channel is refused with 105", async ({ rawUser, channel }) => {
    const socket = await rawUser("alice");
    const name = channel("open");
    assert.equal((await socket.ask(2, { subscribe: { channel: name } })).error, undefined);
    assert.equal((await socket.ask(3, { subscribe: { channel: name } })).error?.code, 105);
  });

  test("a user-limited channel takes the users that it names and no other", async ({ join, channel }) => {
    const name = `${channel("limited")}#alice,bob`;
    await subscribed(await join({ sub: "alice" }), name);
    const subscription = (await join({ sub: "mallory" })).newSubscription(name);
    const refused = heardIn(subscription, "unsubscribed");
    subscription.subscribe();
    assert.equal((await refused.first()).code, 103);
  });

  test("a private channel needs a token, although its namespace is open", async ({ join, channel }) => {
    const subscription = (await join({ sub: "alice" })).newSubscription(`$${channel("open")}`);
    const refused = heardIn(subscription, "unsubscribed");
    subscription.subscribe();
    assert.equal((await refused.first()).code, 103);
  });

  test("a subscription token opens what is closed, and shows its info to others", async ({
    join,
    channel,
    subject,
  }) => {
    const name = `$${channel("open")}`;
    const client = await join({ sub: "alice" });
    const token = await subject.subscriptionToken(name, { sub: "alice", info: { seat: 7 } });
    const subscription = await subscribed(client, name, { token });
    const { clients } = await subscription.presence();
    assert.deepEqual(Object.values(clients)[0]?.chanInfo, { seat: 7 });
  });

  test("with an expired subscription token the client asks for a new one", async ({ join, channel, subject }) => {
    const name = channel("closed");
    const client = await join({ sub: "alice" });
    const subscription = await subscribed(client, name, {
      token: await subject.subscriptionToken(name, { sub: "alice", exp: inSeconds(-10) }),
      getToken: () => subject.subscriptionToken(name, { sub: "alice", exp: inSeconds(600) }),
      minResubscribeDelay: 10,
      maxResubscribeDelay: 50,
    });
    assert.equal(subscription.state, "subscribed");
  });

  test("a subscription token with a wrong signature is denied with 103", async ({ join, channel, subject }) => {
    const name = channel("closed");
    const token = await subject.subscriptionToken(name, { sub: "alice" }, "another secret than that of the server");
    const subscription = (await join({ sub: "alice" })).newSubscription(name, { token });
    const refused = heardIn(subscription, "unsubscribed");
    subscription.subscribe();
    assert.equal((await refused.first()).code, 103);
  });

  for (const [whose, mistake] of [
    ["another channel", { channel: "closed:other", sub: "alice" }],
    ["another user", { channel: "closed:own", sub: "bob" }],
  ] as const) {
    test(`a subscription token for ${whose} ends the connection with 3500`, async ({ join, subject }) => {
      const client = await join({ sub: "alice" });
      const gone = heard(client, "disconnected");
      const token = await subject.subscriptionToken(mistake.channel, { sub: mistake.sub });
      client.newSubscription("closed:own", { token }).subscribe();
      assert.equal((await gone.first()).code, 3500);
    });
  }

  test("a token refresh for a channel without a subscription is denied with 103", async ({ rawUser, subject }) => {
    const socket = await rawUser("alice");
    const token = await subject.subscriptionToken("closed:own", { sub: "alice" });
    assert.equal((await socket.ask(2, { sub_refresh: { channel: "closed:own", token } })).error?.code, 103);
  });
});

conformance("in a channel", { profile: "baseline", together: true, ways: everyWay }, (test) => {
  test("who publishes is shown with user and connection info, and gets the own publication", async (stage) => {
    const name = stage.channel("open");
    const [alice, bob] = [
      await stage.join({ sub: "alice", info: { name: "Alice" } }),
      await stage.join({ sub: "bob" }),
    ];
    const heardByBob = heardIn(await subscribed(bob, name), "publication");
    const own = await subscribed(alice, name);
    const heardByAlice = heardIn(own, "publication");
    await own.publish({ text: "¡hola! 👋" });
    for (const heardBy of [heardByAlice, heardByBob]) {
      const { data, info, channel } = await heardBy.first();
      assert.deepEqual([channel, data], [name, { text: "¡hola! 👋" }]);
      assert.deepEqual([info?.user, info?.connInfo], ["alice", { name: "Alice" }]);
    }
  });

  test("a publication of the API carries its tags and no publisher", async ({ join, channel, subject }) => {
    const name = channel("open");
    const publications = heardIn(await subscribed(await join({ sub: "alice" }), name), "publication");
    await subject.api("publish", { channel: name, data: [1, null, "x"], tags: { kind: "news" } });
    const { data, tags, info } = await publications.first();
    assert.deepEqual([data, tags, info], [[1, null, "x"], { kind: "news" }, undefined]);
  });

  test("publishing where it is not allowed is denied with 103", async ({ join, channel }) => {
    const client = await join({ sub: "alice" });
    await assert.rejects(client.publish(channel("short"), {}), { code: 103 });
  });

  test("presence knows every connection, its stats count users once", async ({ join, channel }) => {
    const name = channel("open");
    for (const sub of ["alice", "alice", "bob"]) await subscribed(await join({ sub }), name);
    const carol = await subscribed(await join({ sub: "carol", info: { age: 42 } }), name);
    const { clients } = await carol.presence();
    const users = Object.values(clients).map(({ user }) => user);
    assert.deepEqual(users.sort(), ["alice", "alice", "bob", "carol"]);
    assert.deepEqual(Object.values(clients).find(({ user }) => user === "carol")?.connInfo, { age: 42 });
    assert.deepEqual(await carol.presenceStats(), { numClients: 4, numUsers: 3 });
  });

  test("presence where it is not kept is not available: 108", async ({ join, channel }) => {
    const subscription = await subscribed(await join({ sub: "alice" }), channel("stream"));
    await assert.rejects(subscription.presence(), { code: 108 });
  });

  test("presence is denied to who has not subscribed", async ({ join, channel }) => {
    const client = await join({ sub: "alice" });
    await assert.rejects(client.presence(channel("open")), { code: 103 });
  });

  test("joins and leaves are told to who asks for them", async ({ join, channel }) => {
    const name = channel("open");
    const watching = await subscribed(await join({ sub: "alice" }), name, { joinLeave: true });
    const deaf = await subscribed(await join({ sub: "dora" }), name);
    const [joins, leaves, unasked] = [heardIn(watching, "join"), heardIn(watching, "leave"), heardIn(deaf, "join")];
    const bob = await join({ sub: "bob" });
    const subscription = await subscribed(bob, name);
    assert.equal((await joins.first(({ info }) => info.user === "bob")).channel, name);
    subscription.unsubscribe();
    await leaves.first(({ info }) => info.user === "bob");
    assert.equal(unasked.entries.length, 0);
  });

  test("history gives its newest and oldest, a part, and what follows a position", async ({
    join,
    channel,
    subject,
  }) => {
    const name = channel("stream");
    for (let n = 1; n <= 10; n++) await subject.api("publish", { channel: name, data: n });
    const subscription = await subscribed(await join({ sub: "alice" }), name);
    const numbers = async (options: Parameters<Subscription["history"]>[0]): Promise<readonly unknown[]> =>
      (await subscription.history(options)).publications.map(({ data }) => data);
    const { offset, epoch, publications } = await subscription.history({ limit: 0 });
    assert.deepEqual([offset, publications.length], [10, 0]);
    assert.deepEqual(await numbers({ limit: 3 }), [1, 2, 3]);
    assert.deepEqual(await numbers({ limit: 3, reverse: true }), [10, 9, 8]);
    assert.deepEqual(await numbers({ limit: -1 }), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert.deepEqual(await numbers({ limit: 2, since: { offset: 5, epoch } }), [6, 7]);
    assert.deepEqual(await numbers({ limit: 2, since: { offset: 5, epoch }, reverse: true }), [4, 3]);
    await assert.rejects(subscription.history({ limit: 1, since: { offset: 5, epoch: "lost" } }), { code: 112 });
  });

  test("history where it is not kept is not available: 108", async ({ join, channel }) => {
    const subscription = await subscribed(await join({ sub: "alice" }), channel("open"));
    await assert.rejects(subscription.history({ limit: 1 }), { code: 108 });
  });

  test("the API takes a subscription away with 2000, and the client leaves it at that", async (stage) => {
    const user = unique("removed");
    const name = stage.channel("open");
    const subscription = await subscribed(await stage.join({ sub: user }), name);
    const unsubscribed = heardIn(subscription, "unsubscribed");
    await stage.subject.api("unsubscribe", { user, channel: name });
    assert.equal((await unsubscribed.first()).code, 2000);
    const { channels } = await stage.subject.api<{ channels: object }>("channels", { pattern: name });
    assert.deepEqual(channels, {});
  });

  test("unsubscribing from what is not subscribed succeeds", async ({ rawUser, channel }) => {
    const socket = await rawUser("alice");
    assert.deepEqual(await socket.ask(2, { unsubscribe: { channel: channel("open") } }), { id: 2, unsubscribe: {} });
  });

  test("an origin that is not allowed does not connect", async ({ subject }) => {
    const evil = new RawSocket(subject.websocketUrl, { origin: "https://evil.example" });
    const good = new RawSocket(subject.websocketUrl, { origin: "https://app.example" });
    assert.equal(await evil.opened(), 403);
    assert.equal(await good.opened(), 101);
    await Promise.all([evil.destroy(), good.destroy()]);
  });
});

conformance("server-side subscriptions", { profile: "baseline", together: true, ways: everyWay }, (test) => {
  test("a token's channels are there from the first moment, with what subs says of them", async (stage) => {
    const { subject, client } = stage;
    const [plain, given] = [stage.channel("closed"), stage.channel("closed")];
    const subs = { [given]: { info: { seat: 1 }, data: { welcome: true } } };
    const alice = client({ token: await subject.token({ sub: "alice", channels: [plain], subs }) });
    const subscriptions = heard(alice, "subscribed");
    const publications = heard(alice, "publication");
    alice.connect();
    await subscriptions.count(2);
    assert.deepEqual((await subscriptions.first(({ channel }) => channel === given)).data, { welcome: true });
    for (const channel of [plain, given]) {
      await subject.api("publish", { channel, data: channel });
      assert.equal((await publications.first((entry) => entry.channel === channel)).data, channel);
    }
  });

  test("the API subscribes and unsubscribes a live connection with pushes", async ({ join, channel, subject }) => {
    const user = unique("given");
    const name = channel("stream");
    const client = await join({ sub: user });
    const [subscriptions, removals] = [heard(client, "subscribed"), heard(client, "unsubscribed")];
    const publications = heard(client, "publication");
    await subject.api("subscribe", { user, channel: name, data: { by: "api" } });
    const { recoverable, streamPosition, data } = await subscriptions.first();
    assert.deepEqual([recoverable, streamPosition?.offset, data], [true, 0, { by: "api" }]);
    await subject.api("publish", { channel: name, data: 1 });
    assert.equal((await publications.first()).offset, 1);
    await subject.api("unsubscribe", { user, channel: name });
    assert.equal((await removals.first()).channel, name);
  });

  test("they recover over a cut connection", async (stage) => {
    const name = stage.channel("stream");
    const { subject } = stage;
    const cable = await stage.cable();
    const client = await stage.join({ sub: "alice", channels: [name] }, {}, cable.websocketUrl);
    const publications = heard(client, "publication");
    const subscriptions = heard(client, "subscribed");
    await subject.api("publish", { channel: name, data: 1 });
    await publications.count(1);
    cable.unplug();
    for (let n = 2; n <= 50; n++) await subject.api("publish", { channel: name, data: n });
    cable.plugIn();
    const { wasRecovering, recovered } = await subscriptions.first();
    assert.deepEqual([wasRecovering, recovered], [true, true]);
    await publications.count(50);
    assert.deepEqual(
      publications.entries.map(({ data }) => data),
      Array.from({ length: 50 }, (_, i) => i + 1),
    );
  });
});
