import assert from "node:assert/strict";
import { conformance } from "./stage/conformance.ts";
import { heard, heardIn } from "./stage/heard.ts";
import { unique } from "./stage/stage.ts";
import { inSeconds, passing } from "./stage/times.ts";

conformance("connecting", { profile: "baseline", together: true }, (test) => {
  test("a client with a valid token connects and is told who it is", async ({ client, subject }) => {
    const alice = client({
      token: await subject.token({ sub: "alice" }),
      name: "conformance",
      version: "1.0",
      data: { hello: 1 },
    });
    const connected = heard(alice, "connected");
    alice.connect();
    const { client: id, transport } = await connected.first();
    assert.match(id, /^[\w-]{8,}$/);
    assert.equal(transport, "websocket");
  });

  test("a client without credentials is sent away for good with 3501", async ({ client }) => {
    const nobody = client();
    const gone = heard(nobody, "disconnected");
    nobody.connect();
    assert.deepEqual(await gone.first(), { code: 3501, reason: "bad request" });
  });

  test("a token with a wrong signature is refused for good with 3500", async ({ client, subject }) => {
    const forger = client({ token: await subject.token({ sub: "alice" }, "another secret than that of the server") });
    const gone = heard(forger, "disconnected");
    forger.connect();
    assert.deepEqual(await gone.first(), { code: 3500, reason: "invalid token" });
  });

  test("a token that is no token is refused with 3500", async ({ client }) => {
    const confused = client({ token: "no.token.at-all" });
    const gone = heard(confused, "disconnected");
    confused.connect();
    assert.equal((await gone.first()).code, 3500);
  });

  test("a token that is not valid yet counts as expired: 109", async ({ raw, subject }) => {
    const socket = await raw();
    const token = await subject.token({ sub: "alice", nbf: inSeconds(3600) });
    assert.equal((await socket.ask(1, { connect: { token } })).error?.code, 109);
  });

  test("a subscription token opens no connection", async ({ client, subject }) => {
    const confused = client({ token: await subject.subscriptionToken("open:a", { sub: "alice" }) });
    const gone = heard(confused, "disconnected");
    confused.connect();
    assert.equal((await gone.first()).code, 3500);
  });

  test("an expired token is answered 109, and the client asks for a new one and connects", async (stage) => {
    const { subject } = stage;
    let asked = 0;
    const alice = stage.client({
      token: await subject.token({ sub: "alice", exp: inSeconds(-10) }),
      getToken: () => {
        asked++;
        return subject.token({ sub: "alice", exp: inSeconds(600) });
      },
    });
    const errors = heard(alice, "error");
    alice.connect();
    await alice.ready();
    assert.equal((await errors.first()).error.code, 109);
    assert.equal(asked, 1);
  });

  test("a client with an expired token and no way to get another is unauthorized", async ({ client, subject }) => {
    const lost = client({ token: await subject.token({ sub: "alice", exp: inSeconds(-10) }) });
    const gone = heard(lost, "disconnected");
    lost.connect();
    assert.deepEqual(await gone.first(), { code: 1, reason: "unauthorized" });
  });

  test("expire_at 0 keeps the connection although the token itself expires", async ({ raw, subject }) => {
    const socket = await raw();
    const token = await subject.token({ sub: "alice", exp: inSeconds(60), expire_at: 0 });
    const { connect } = await socket.ask(1, { connect: { token } });
    assert.ok(connect && typeof connect === "object" && !("expires" in connect));
  });

  test("the connect reply tells version, ping interval and time to live", async ({ raw, subject }) => {
    const socket = await raw();
    const reply = await socket.ask(1, {
      connect: { token: await subject.token({ sub: "alice", exp: inSeconds(60) }) },
    });
    const connect = reply.connect as { version: string; ping: number; pong: boolean; expires: boolean; ttl: number };
    assert.ok(connect.version.length > 0);
    assert.equal(connect.ping, 25);
    assert.equal(connect.pong, true);
    assert.equal(connect.expires, true);
    assert.ok(connect.ttl > 50 && connect.ttl <= 61, `ttl ${connect.ttl}`);
  });

  test("the API ends a user's connections with 3503, and the client stays away", async ({ join, subject }) => {
    const user = unique("disconnected");
    const client = await join({ sub: user });
    const gone = heard(client, "disconnected");
    await subject.api("disconnect", { user });
    assert.deepEqual(await gone.first(), { code: 3503, reason: "force disconnect" });
  });

  test("after a code from 4000 to 4499 the client comes back, after one from 4500 to 4999 it does not", async (stage) => {
    const user = unique("coded");
    const client = await stage.join({ sub: user });
    const leaving = heard(client, "connecting");
    const back = heard(client, "connected");
    const gone = heard(client, "disconnected");
    await stage.subject.api("disconnect", { user, disconnect: { code: 4100, reason: "go and return" } });
    assert.deepEqual(await leaving.first(), { code: 4100, reason: "go and return" });
    await back.first();
    await stage.subject.api("disconnect", { user, disconnect: { code: 4700, reason: "go for good" } });
    assert.deepEqual(await gone.first(), { code: 4700, reason: "go for good" });
    assert.equal(back.entries.length, 1);
  });

  test("a disconnect spares the clients of its whitelist", async ({ join, client, subject }) => {
    const user = unique("spared");
    const leaving = await join({ sub: user });
    const staying = client({ token: await subject.token({ sub: user }) });
    const [gone, alsoGone] = [heard(leaving, "disconnected"), heard(staying, "disconnected")];
    const connected = heard(staying, "connected");
    staying.connect();
    await subject.api("disconnect", { user, whitelist: [(await connected.first()).client] });
    await gone.first();
    await staying.rpc("ping", {});
    assert.equal(alsoGone.entries.length, 0);
  });

  test("rpc answers the built-in ping, and names an unknown method as not available", async ({ join }) => {
    const client = await join({ sub: "alice" });
    assert.deepEqual((await client.rpc("ping", null)).data, {});
    await assert.rejects(
      client.rpc("nothing", {}),
      (error: { code: number }) => error.code === 108 || error.code === 104,
    );
  });

  test("a message without an answer is not available: 3508", async ({ join }) => {
    const client = await join({ sub: "alice" });
    const gone = heard(client, "disconnected");
    await client.send({ any: "thing" });
    assert.equal((await gone.first()).code, 3508);
  });

  test("commands of one batch are answered one by one", async ({ join, channel }) => {
    const client = await join({ sub: "alice" });
    const name = channel("open");
    client.startBatching();
    const answers = Promise.all([client.rpc("ping", {}), client.publish(name, { n: 1 }), client.rpc("ping", {})]);
    client.stopBatching();
    assert.equal((await answers).length, 3);
  });

  test("a message over the limit is the end: 1009, and the client does not return", async ({ join, channel }) => {
    const client = await join({ sub: "alice" });
    const gone = heard(client, "disconnected");
    void client.publish(channel("open"), "x".repeat(70_000)).catch(() => {});
    assert.equal((await gone.first()).code, 3);
  });
});

conformance("deadlines", { profile: "deadlines", together: true }, (test) => {
  test("without a token a client connects as anonymous where that is allowed", async ({ client }) => {
    const guest = client();
    guest.connect();
    await guest.ready();
    const open = guest.newSubscription("guests:lobby");
    open.subscribe();
    await open.ready();
    const closed = guest.newSubscription("open:lobby");
    const refused = heardIn(closed, "unsubscribed");
    closed.subscribe();
    assert.equal((await refused.first()).code, 103);
  });

  test("a client prolongs its connection before it expires and never notices", async ({ client, subject }) => {
    let asked = 0;
    const getToken = (): Promise<string> => {
      asked++;
      return subject.token({ sub: "alice", exp: inSeconds(asked === 1 ? 3 : 3600) });
    };
    const alice = client({ getToken });
    const connecting = heard(alice, "connecting");
    alice.connect();
    await alice.ready();
    await passing(5_000);
    await alice.rpc("nothing", {}).catch(() => {});
    assert.equal(asked, 2);
    assert.equal(connecting.entries.length, 1, "it has connected once");
  });

  test("a connection that is not prolonged ends with 3005, and the client may return", async ({ client, subject }) => {
    const token = await subject.token({ sub: "alice", exp: inSeconds(3) });
    const alice = client({ token, getToken: async () => Promise.reject(new Error("the application is down")) });
    const connecting = heard(alice, "connecting");
    const errors = heard(alice, "error");
    alice.connect();
    await connecting.first(({ code }) => code === 3005);
    assert.ok(
      errors.entries.some(({ type }) => type === "refreshToken"),
      "it has tried to refresh",
    );
  });

  test("a refresh with a token of somebody else ends the connection with 3500", async ({ raw, subject }) => {
    const socket = await raw();
    await socket.ask(1, { connect: { token: await subject.token({ sub: "alice", exp: inSeconds(60) }) } });
    socket.send({ id: 2, refresh: { token: await subject.token({ sub: "bob", exp: inSeconds(60) }) } });
    assert.equal((await socket.closes.first()).code, 3500);
  });

  test("a refresh with an expired token ends the connection with 3005", async ({ raw, subject }) => {
    const socket = await raw();
    await socket.ask(1, { connect: { token: await subject.token({ sub: "alice", exp: inSeconds(60) }) } });
    socket.send({ id: 2, refresh: { token: await subject.token({ sub: "alice", exp: inSeconds(-5) }) } });
    assert.equal((await socket.closes.first()).code, 3005);
  });

  test("the API prolongs a connection with a push, or ends it as expired", async ({ raw, subject }) => {
    const user = unique("prolonged");
    const socket = await raw();
    await socket.ask(1, { connect: { token: await subject.token({ sub: user, exp: inSeconds(60) }) } });
    await subject.api("refresh", { user, expire_at: inSeconds(600) });
    const pushed = await socket.replies.first((reply) => reply.push?.refresh !== undefined);
    const { expires, ttl } = pushed.push?.refresh ?? {};
    assert.equal(expires, true);
    assert.ok(ttl !== undefined && ttl > 590 && ttl <= 601, `ttl ${ttl}`);
    await subject.api("refresh", { user, expired: true });
    assert.equal((await socket.closes.first()).code, 3005);
  });

  test("a subscription that is not prolonged ends with 2501, and the client subscribes again", async (stage) => {
    const channel = `$${stage.channel("open")}`;
    const client = await stage.join({ sub: "alice" });
    let asked = 0;
    const getToken = async (): Promise<string> => {
      asked++;
      if (asked === 2) throw new Error("the application is down");
      return stage.subject.subscriptionToken(channel, { sub: "alice", exp: inSeconds(asked === 1 ? 3 : 3600) });
    };
    const subscription = client.newSubscription(channel, {
      getToken,
      minResubscribeDelay: 10,
      maxResubscribeDelay: 50,
    });
    const subscribing = heardIn(subscription, "subscribing");
    const subscribed = heardIn(subscription, "subscribed");
    subscription.subscribe();
    await subscribed.count(2);
    assert.deepEqual(codesOf(subscribing.entries), [0, 2501]);
  });

  test("a subscription is prolonged by sub_refresh before it expires", async ({ join, subject, channel }) => {
    const name = `$${channel("open")}`;
    const client = await join({ sub: "alice" });
    let asked = 0;
    const getToken = (): Promise<string> =>
      subject.subscriptionToken(name, { sub: "alice", exp: inSeconds(++asked === 1 ? 3 : 3600) });
    const subscription = client.newSubscription(name, { getToken });
    const subscribing = heardIn(subscription, "subscribing");
    subscription.subscribe();
    await subscription.ready();
    await passing(5_000);
    assert.equal(subscription.state, "subscribed");
    assert.equal(asked, 2);
    assert.deepEqual(codesOf(subscribing.entries), [0]);
  });

  test("every user has a personal channel from the first moment", async ({ client, subject }) => {
    const user = unique("personal");
    const alice = client({ token: await subject.token({ sub: user }) });
    const subscribed = heard(alice, "subscribed");
    const publications = heard(alice, "publication");
    alice.connect();
    const { channel } = await subscribed.first();
    assert.equal(channel, `personal:#${user}`);
    await subject.api("publish", { channel, data: { for: "you" } });
    assert.deepEqual((await publications.first()).data, { for: "you" });
  });

  test("the server pings, and who answers stays", async ({ raw, subject }) => {
    const socket = await raw();
    socket.send({ id: 1, connect: { token: await subject.token({ sub: "alice" }) } });
    await socket.replies.first((reply) => reply.id === 1);
    for (let pings = 1; pings <= 2; pings++) {
      await socket.replies.until((all) => all.filter(isPing).length >= pings, `ping ${pings}`);
      socket.send({});
    }
    await socket.ask(2, { rpc: { method: "nothing" } });
    assert.equal(socket.closes.entries.length, 0);
  });

  test("a client that does not answer a ping is sent away with 3012", async ({ raw, subject }) => {
    const socket = await raw();
    socket.send({ id: 1, connect: { token: await subject.token({ sub: "alice" }) } });
    assert.deepEqual(await socket.closes.first(), { code: 3012, reason: "no pong" });
  });

  test("the official client answers pings and outlives them", async ({ join }) => {
    const client = await join({ sub: "alice" });
    const gone = heard(client, "connecting");
    await passing(6_500);
    assert.equal(client.state, "connected");
    assert.equal(gone.entries.length, 0);
  });

  test("a connection that never says connect is stale: 3502", async ({ raw }) => {
    const socket = await raw();
    assert.deepEqual(await socket.closes.first(), { code: 3502, reason: "stale" });
  });
});

const isPing = (reply: object): boolean => Object.keys(reply).length === 0;

const codesOf = (entries: readonly { readonly code: number }[]): readonly number[] => entries.map(({ code }) => code);
