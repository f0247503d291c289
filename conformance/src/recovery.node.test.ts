import assert from "node:assert/strict";
import { conformance } from "./stage/conformance.ts";
import { heard, heardIn, subscribed } from "./stage/heard.ts";
import { publishMany, upTo } from "./stage/publish-many.ts";
import { passing } from "./stage/times.ts";
import { everyWay } from "./stage/ways.ts";

const dataOf = (entries: readonly { readonly data: unknown }[]): readonly unknown[] => entries.map(({ data }) => data);

/** More than the four seconds that a stream of the namespace "fleeting" lives. */
const OUTLIVES_FLEETING_MS = 6_000;

conformance("recovery", { profile: "baseline", together: true, ways: everyWay }, (test) => {
  test("500 publications missed over a cut come back in order, none twice", async (stage) => {
    const name = stage.channel("stream");
    const cable = await stage.cable();
    const client = await stage.join({ sub: "alice" }, {}, cable.websocketUrl);
    const subscription = await subscribed(client, name);
    const publications = heardIn(subscription, "publication");
    const returns = heardIn(subscription, "subscribed");
    await publishMany(stage.subject, name, { from: 1, to: 20 });
    await publications.count(20);
    cable.unplug();
    await publishMany(stage.subject, name, { from: 21, to: 520 });
    cable.plugIn();
    const { wasRecovering, recovered, hasRecoveredPublications } = await returns.first();
    assert.deepEqual([wasRecovering, recovered, hasRecoveredPublications], [true, true, true]);
    await publishMany(stage.subject, name, { from: 521, to: 530 });
    await publications.count(530);
    assert.deepEqual(dataOf(publications.entries), upTo(530));
  });

  test("when more was missed than history holds, the client is told so and goes on from the top", async (stage) => {
    const name = stage.channel("short");
    const cable = await stage.cable();
    const client = await stage.join({ sub: "alice" }, {}, cable.websocketUrl);
    const subscription = await subscribed(client, name);
    const publications = heardIn(subscription, "publication");
    const returns = heardIn(subscription, "subscribed");
    await publishMany(stage.subject, name, { from: 1, to: 5 });
    await publications.count(5);
    cable.unplug();
    await publishMany(stage.subject, name, { from: 6, to: 30 });
    cable.plugIn();
    const { wasRecovering, recovered, streamPosition } = await returns.first();
    assert.deepEqual([wasRecovering, recovered, streamPosition?.offset], [true, false, 30]);
    await publishMany(stage.subject, name, { from: 31, to: 31 });
    await publications.count(6);
    assert.deepEqual(dataOf(publications.entries), [1, 2, 3, 4, 5, 31]);
  });

  test("when history was removed meanwhile, the client is told that it is not recovered", async (stage) => {
    const name = stage.channel("stream");
    const cable = await stage.cable();
    const subscription = await subscribed(await stage.join({ sub: "alice" }, {}, cable.websocketUrl), name);
    const returns = heardIn(subscription, "subscribed");
    cable.unplug();
    await publishMany(stage.subject, name, { from: 1, to: 5 });
    await stage.subject.api("history_remove", { channel: name });
    cable.plugIn();
    assert.equal((await returns.first()).recovered, false);
  });

  test("when the stream has begun a new life meanwhile, the client is not recovered and gets its epoch", async (stage) => {
    const name = stage.channel("fleeting");
    const cable = await stage.cable();
    const client = await stage.join({ sub: "alice" }, {}, cable.websocketUrl);
    const subscription = client.newSubscription(name);
    const times = heardIn(subscription, "subscribed");
    subscription.subscribe();
    const before = (await times.count(1))[0]?.streamPosition;
    cable.unplug();
    await passing(OUTLIVES_FLEETING_MS);
    await publishMany(stage.subject, name, { from: 1, to: 1 });
    cable.plugIn();
    const after = (await times.count(2))[1];
    assert.equal(after?.recovered, false);
    assert.notEqual(after?.streamPosition?.epoch, before?.epoch);
  });

  test("when the stream begins a new life under a live subscription, it starts over with 2500", async (stage) => {
    const name = stage.channel("fleeting");
    const client = await stage.join({ sub: "alice" });
    const subscription = await subscribed(client, name, { minResubscribeDelay: 10, maxResubscribeDelay: 50 });
    const publications = heardIn(subscription, "publication");
    const subscribing = heardIn(subscription, "subscribing");
    const returns = heardIn(subscription, "subscribed");
    await publishMany(stage.subject, name, { from: 1, to: 1 });
    await publications.count(1);
    await passing(OUTLIVES_FLEETING_MS);
    await publishMany(stage.subject, name, { from: 2, to: 2 });
    assert.equal((await subscribing.first()).code, 2500);
    assert.equal((await returns.first()).recovered, false);
  });

  test("in cache mode only the latest comes back, and nothing when nothing is new", async (stage) => {
    const name = stage.channel("latest");
    const cable = await stage.cable();
    const client = await stage.join({ sub: "alice" }, {}, cable.websocketUrl);
    const subscription = await subscribed(client, name);
    const publications = heardIn(subscription, "publication");
    const returns = heardIn(subscription, "subscribed");
    await publishMany(stage.subject, name, { from: 1, to: 3 });
    await publications.count(3);
    cable.unplug();
    await publishMany(stage.subject, name, { from: 4, to: 40 });
    cable.plugIn();
    assert.equal((await returns.count(1))[0]?.recovered, true);
    await publications.count(4);
    cable.cut();
    const again = (await returns.count(2))[1];
    assert.deepEqual([again?.recovered, again?.hasRecoveredPublications], [true, false]);
    assert.deepEqual(dataOf(publications.entries), [1, 2, 3, 40]);
  });

  test("a client that knows a position gets what followed it with its first subscription", async (stage) => {
    const name = stage.channel("stream");
    await publishMany(stage.subject, name, { from: 1, to: 10 });
    const client = await stage.join({ sub: "alice" });
    const { epoch } = await stage.subject.api<{ epoch: string }>("history", { channel: name });
    const subscription = client.newSubscription(name, { since: { offset: 7, epoch } });
    const publications = heardIn(subscription, "publication");
    subscription.subscribe();
    await publications.count(3);
    assert.deepEqual(dataOf(publications.entries), [8, 9, 10]);
  });

  test("position and recovery are for those who ask, where a namespace leaves the choice", async ({
    join,
    channel,
  }) => {
    const client = await join({ sub: "alice" });
    for (const options of [{}, { positioned: true }, { recoverable: true }]) {
      const subscription = client.newSubscription(channel("choice"), options);
      const times = heardIn(subscription, "subscribed");
      subscription.subscribe();
      const { positioned, recoverable, streamPosition } = await times.first();
      assert.equal(positioned, Object.keys(options).length > 0);
      assert.equal(recoverable, "recoverable" in options);
      assert.equal(streamPosition !== undefined, Object.keys(options).length > 0);
    }
  });

  test.ours(
    "a server of somebody else is not ours to stop",
    "clients are told to return with 3001, find the next server, and know that it has no memory of their stream",
    async (stage) => {
      const first = await stage.another();
      const name = stage.channel("stream");
      const client = await stage.join({ sub: "alice" }, {}, first.websocketUrl);
      const subscription = await subscribed(client, name);
      const leaving = heard(client, "connecting");
      const returns = heardIn(subscription, "subscribed");
      const publications = heardIn(subscription, "publication");
      await publishMany(first, name, { from: 1, to: 5 });
      await publications.count(5);
      await first.stop();
      assert.deepEqual((await leaving.first()).code, 3001);
      const second = await stage.another(Number(new URL(first.url).port));
      const { wasRecovering, recovered } = await returns.first();
      assert.deepEqual([wasRecovering, recovered], [true, false]);
      await publishMany(second, name, { from: 6, to: 6 });
      await publications.count(6);
      client.disconnect();
      await second.stop();
    },
  );
});
