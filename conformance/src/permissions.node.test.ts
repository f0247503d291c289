import assert from "node:assert/strict";
import { conformance } from "./stage/conformance.ts";
import { heard, heardIn, subscribed } from "./stage/heard.ts";
import { unique } from "./stage/stage.ts";
import { inSeconds } from "./stage/times.ts";

const PAID = "the open edition has neither capabilities nor revocation";

/** How soon the live connections of a revoked credential must have ended. */
const SOON_MS = 1_000;

async function soon<T>(order: Promise<unknown>, event: Promise<T>): Promise<T> {
  await order;
  const started = performance.now();
  const told = await event;
  assert.ok(performance.now() - started < SOON_MS, `took ${Math.round(performance.now() - started)} ms`);
  return told;
}

interface Connections {
  readonly connections: Readonly<
    Record<
      string,
      {
        readonly app_name: string;
        readonly transport: string;
        readonly protocol: string;
        readonly user: string;
        readonly state: {
          readonly channels: Readonly<Record<string, { readonly source: number }>>;
          readonly connection_token: { readonly uid: string; readonly issued_at: number };
          readonly subscription_tokens: Readonly<Record<string, { readonly uid: string }>>;
          readonly meta: unknown;
        };
        readonly labels: unknown;
      }
    >
  >;
  readonly cursor?: string;
}

conformance("capabilities of a connection", { profile: "baseline", together: true }, (test) => {
  test.ours(PAID, "open channels that their namespace keeps shut, for what they name", async ({ join, channel }) => {
    const name = channel("closed");
    const caps = [
      { channels: [name], allow: ["sub", "pub"] },
      { channels: ["closed:test-*"], match: "wildcard", allow: ["sub"] },
    ];
    const client = await join({ sub: "alice", caps });
    const subscription = await subscribed(client, name);
    const published = heardIn(subscription, "publication");
    await subscription.publish({ n: 1 });
    assert.deepEqual((await published.first()).data, { n: 1 });
    const readOnly = await subscribed(client, channel("closed"));
    await assert.rejects(readOnly.publish({}), { code: 103 });
  });

  test.ours(PAID, "may be an expression, which has to fit the whole name", async ({ join }) => {
    const caps = [{ channels: ["closed:room_[0-9]+"], match: "regex", allow: ["sub"] }];
    const client = await join({ sub: "alice", caps });
    await subscribed(client, "closed:room_12");
    const refused = client.newSubscription("closed:room_12_secret");
    const answer = heardIn(refused, "unsubscribed");
    refused.subscribe();
    assert.equal((await answer.first()).code, 103);
  });

  test.ours(PAID, "that cannot be read make the token invalid: 3500", async ({ client, subject }) => {
    const token = await subject.token({ sub: "alice", caps: [{ channels: ["(a"], match: "regex", allow: ["sub"] }] });
    const alice = client({ token });
    const ended = heard(alice, "disconnected");
    alice.connect();
    assert.equal((await ended.first()).code, 3500);
  });
});

conformance("rights of one subscription", { profile: "baseline", together: true }, (test) => {
  test.ours(PAID, "are what its token allows besides the namespace, in its channel alone", async (stage) => {
    const { subject, channel } = stage;
    const [mine, other] = [channel("plain"), channel("plain")];
    const client = await stage.join({ sub: "alice" });
    const token = await subject.subscriptionToken(mine, { sub: "alice", allow: ["pub", "hst"] });
    const subscription = await subscribed(client, mine, { token, recoverable: true });
    await subscription.publish({ n: 1 });
    const { publications } = await subscription.history({ limit: 10 });
    assert.deepEqual(
      publications.map(({ data }) => data),
      [{ n: 1 }],
    );
    await assert.rejects(subscription.presence(), { code: 103 });
    const reader = await subscribed(client, other, {
      token: await subject.subscriptionToken(other, { sub: "alice", allow: ["prs"] }),
    });
    assert.deepEqual(
      Object.values((await reader.presence()).clients).map(({ user }) => user),
      ["alice"],
    );
    await assert.rejects(reader.publish({}), { code: 103 });
    await assert.rejects(reader.history({ limit: 1 }), { code: 103 });
  });

  test.ours(PAID, "that cannot be read open nothing: 103", async ({ join, channel, subject }) => {
    const name = channel("closed");
    const client = await join({ sub: "alice" });
    const token = await subject.subscriptionToken(name, { sub: "alice", allow: ["everything"] });
    const subscription = client.newSubscription(name, { token });
    const refused = heardIn(subscription, "unsubscribed");
    subscription.subscribe();
    assert.equal((await refused.first()).code, 103);
  });
});

conformance("capabilities and tenants", { profile: "tenants" }, (test) => {
  test.ours(PAID, "reach neither another tenant nor the operator", async ({ join }) => {
    const allow = ["sub", "pub", "prs", "hst"];
    const caps = [{ channels: ["*"], match: "wildcard", allow }];
    const alice = await join({ sub: "alice", tenantId: "initech", caps });
    for (const name of ["tenant:globex:orders", "tenant:*:orders", "admin:log", "system:health", "user:bob:inbox"]) {
      const subscription = alice.newSubscription(name);
      const refused = heardIn(subscription, "unsubscribed");
      subscription.subscribe();
      assert.equal((await refused.first()).code, 103, name);
      await assert.rejects(alice.publish(name, {}), { code: 103 }, name);
    }
    await subscribed(alice, "tenant:initech:orders");
    await alice.publish("tenant:initech:orders", {});
  });
});

conformance("who is no longer trusted", { profile: "baseline", together: true }, (test) => {
  test.ours(PAID, "a blocked user is sent away for good and let in again when unblocked", async (stage) => {
    const { subject } = stage;
    const user = unique("blocked");
    const client = await stage.join({ sub: user });
    const bystander = await stage.join({ sub: unique("bystander") });
    const ended = heard(client, "disconnected");
    const { code, reason } = await soon(subject.api("block_user", { user }), ended.first());
    assert.deepEqual([code, reason], [3507, "permission denied"]);
    const again = stage.client({ token: await subject.token({ sub: user }) });
    const refused = heard(again, "disconnected");
    again.connect();
    assert.equal((await refused.first()).code, 3507);
    await bystander.rpc("ping", {});
    await subject.api("unblock_user", { user });
    await stage.join({ sub: user });
  });

  test.ours(PAID, "a client whose token is revoked asks for another and comes back by itself", async (stage) => {
    const { subject } = stage;
    const [sub, jti] = [unique("user"), unique("token")];
    const exp = inSeconds(600);
    let asked = 0;
    const getToken = (): Promise<string> => {
      asked++;
      return subject.token({ sub, jti: unique("token"), exp });
    };
    const client = await stage.join({ sub, jti, exp }, { getToken });
    const [left, back] = [heard(client, "connecting"), heard(client, "connected")];
    const { code } = await soon(subject.api("revoke_token", { uid: jti, expire_at: exp }), left.first());
    assert.equal(code, 3014);
    await back.first();
    assert.equal(asked, 1);
  });

  test.ours(PAID, "a revoked token opens nothing: 109", async ({ rawUser, raw, subject }) => {
    const bystander = await rawUser("alice");
    const jti = unique("token");
    await subject.api("revoke_token", { uid: jti });
    const socket = await raw();
    const { error } = await socket.ask(1, { connect: { token: await subject.token({ sub: "alice", jti }) } });
    assert.equal(error?.code, 109);
    assert.equal((await bystander.ask(2, { rpc: { method: "ping" } })).error, undefined);
  });

  test.ours(PAID, "a revoked subscription token is replaced by its client, which stays connected", async (stage) => {
    const { subject } = stage;
    const [sub, jti, channel] = [unique("user"), unique("token"), stage.channel("closed")];
    const client = await stage.join({ sub });
    const left = heard(client, "connecting");
    const subscription = await subscribed(client, channel, {
      token: await subject.subscriptionToken(channel, { sub, jti }),
      getToken: () => subject.subscriptionToken(channel, { sub, jti: unique("token") }),
    });
    const [again, back] = [heardIn(subscription, "subscribing"), heardIn(subscription, "subscribed")];
    const { code } = await soon(subject.api("revoke_token", { uid: jti }), again.first());
    assert.equal(code, 2502);
    await back.first();
    assert.equal(left.entries.length, 0);
  });

  test.ours(PAID, "tokens from before a time end what they opened, newer ones do not", async (stage) => {
    const { subject } = stage;
    const sub = unique("user");
    const old = await stage.join({ sub, iat: inSeconds(-100) });
    const fresh = await stage.join({ sub, iat: inSeconds(-10) });
    const left = heard(old, "connecting");
    const disturbed = heard(fresh, "connecting");
    const order = subject.api("invalidate_user_tokens", { user: sub, issued_before: inSeconds(-50) });
    assert.equal((await soon(order, left.first())).code, 3014);
    await fresh.rpc("ping", {});
    assert.equal(disturbed.entries.length, 0);
  });
});

conformance("connections", { profile: "baseline", together: true }, (test) => {
  test.ours(PAID, "are told with their channels, tokens, meta and labels", async (stage) => {
    const { subject } = stage;
    const [sub, channel, device] = [unique("user"), stage.channel("open"), unique("tv")];
    const claims = { sub, jti: "t-1", iat: inSeconds(-5), meta: { plan: 1 }, labels: { device } };
    const client = await stage.join(claims, { name: "tests", version: "1.2" });
    await subscribed(client, channel);
    const byUser = await subject.api<Connections>("connections", { user: sub });
    const [told] = Object.values(byUser.connections);
    assert.ok(told);
    assert.deepEqual([told.app_name, told.transport, told.protocol, told.user], ["tests", "websocket", "json", sub]);
    assert.deepEqual(told.state.channels, { [channel]: { source: 6 } });
    assert.deepEqual(told.state.connection_token, { uid: "t-1", issued_at: claims.iat });
    assert.deepEqual(told.state.meta, { plan: 1 });
    assert.deepEqual(told.labels, { device });
    const label_filter = { key: "device", cmp: "eq", val: device };
    const byLabel = await subject.api<Connections>("connections", { label_filter });
    assert.deepEqual(Object.keys(byLabel.connections), Object.keys(byUser.connections));
    const ended = heard(client, "disconnected");
    await subject.api("disconnect", { all_users: true, label_filter });
    assert.equal((await ended.first()).code, 3503);
    assert.deepEqual((await subject.api<Connections>("connections", { user: sub })).connections, {});
  });
});
