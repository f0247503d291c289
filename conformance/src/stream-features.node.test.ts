import assert from "node:assert/strict";
import type { PublicationContext, StreamPosition, Subscription } from "centrifuge";
import { everyWayInBytes, readPayload } from "./stage/byte-ways.ts";
import { conformance } from "./stage/conformance.ts";
import { heardIn, subscribed } from "./stage/heard.ts";
import { type Draft, publishEach, publishMany, span, upTo } from "./stage/publish-many.ts";
import { passing } from "./stage/times.ts";
import { everyWay } from "./stage/ways.ts";

const dataOf = (entries: readonly PublicationContext[]): readonly unknown[] =>
  entries.map(({ data }) => readPayload(data));

/** A text of which little changes from one number to the next, with letters of one to four bytes. */
const report = (n: number): object => ({
  n,
  título: "São Paulo — 東京 🛰️",
  // Of letters that share their first bytes a patch must not cut one in two.
  letras: String.fromCodePoint(0xe0 + (n % 32), 0x6771 + (n % 97), 0x1f6f0 + (n % 8)),
  readings: Array.from({ length: 25 }, (_, i) => ({ stație: `№ ${i}`, value: i === n % 25 ? n * 1.5 : i })),
  ...(n % 7 === 0 ? { nota: "ñandú ".repeat(n % 11) } : {}),
});
const reports = (numbers: readonly number[]): readonly Draft[] => numbers.map((n) => ({ data: report(n) }));

conformance("deltas", { profile: "features", together: true, ways: everyWayInBytes }, (test) => {
  test("500 publications of changing text arrive as they were published, nearly all of them as patches", async (stage) => {
    const name = stage.channel("delta");
    const whole = await subscribed(await stage.join({ sub: "alice" }), name);
    const patched = await subscribed(await stage.join({ sub: "bob" }), name, { delta: "fossil" });
    const journals = [whole, patched].map((subscription) => heardIn(subscription, "publication"));
    for (let n = 1; n <= 500; n += 50) await publishEach(stage.subject, name, reports(span({ from: n, to: n + 49 })));
    for (const journal of journals) {
      await journal.count(500);
      assert.deepEqual(dataOf(journal.entries), upTo(500).map(report));
    }
    const { numFullPayloads, numDeltaPayloads, bytesReceived, bytesDecoded } = patched.deltaStats();
    assert.deepEqual([numFullPayloads, numDeltaPayloads], [1, 499]);
    assert.ok(bytesReceived * 3 < bytesDecoded, `${bytesReceived} bytes in place of ${bytesDecoded}`);
    assert.equal(whole.deltaStats().numDeltaPayloads, 0);
  });

  test("500 publications of changing text survive 25 cuts with recovery", async (stage) => {
    const name = stage.channel("delta");
    const cable = await stage.cable();
    const client = await stage.join({ sub: "alice" }, {}, cable.websocketUrl);
    const subscription = await subscribed(client, name, { delta: "fossil" });
    const publications = heardIn(subscription, "publication");
    const returns = heardIn(subscription, "subscribed");
    for (let n = 1; n <= 500; n += 20) {
      await publishEach(stage.subject, name, reports(span({ from: n, to: n + 9 })));
      if (n % 40 === 1) await publications.count(n + 9);
      cable.cut();
      await publishEach(stage.subject, name, reports(span({ from: n + 10, to: n + 19 })));
      await publications.count(n + 19);
      await returns.count((n + 19) / 20);
    }
    assert.deepEqual(dataOf(publications.entries), upTo(500).map(report));
    assert.ok(returns.entries.every(({ recovered }) => recovered));
    assert.ok(subscription.deltaStats().numDeltaPayloads > 0);
  });

  test("in a namespace that leaves it to the publisher only marked publications are patches", async (stage) => {
    const name = stage.channel("marked");
    const subscription = await subscribed(await stage.join({ sub: "alice" }), name, { delta: "fossil" });
    const publications = heardIn(subscription, "publication");
    await publishEach(
      stage.subject,
      name,
      upTo(20).map((n) => ({ data: report(n), delta: n % 4 === 0 })),
    );
    await publications.count(20);
    assert.deepEqual(dataOf(publications.entries), upTo(20).map(report));
    assert.equal(subscription.deltaStats().numDeltaPayloads, 5);
  });

  test("they work in a channel without history too, and start over after a cut", async (stage) => {
    const name = stage.channel("forgetful");
    const cable = await stage.cable();
    const client = await stage.join({ sub: "alice" }, {}, cable.websocketUrl);
    const subscription = await subscribed(client, name, { delta: "fossil" });
    const publications = heardIn(subscription, "publication");
    const returns = heardIn(subscription, "subscribed");
    await publishEach(stage.subject, name, reports(upTo(10)));
    await publications.count(10);
    cable.cut();
    await returns.count(1);
    await publishEach(stage.subject, name, reports(span({ from: 11, to: 20 })));
    await publications.count(20);
    assert.deepEqual(dataOf(publications.entries), upTo(20).map(report));
    assert.deepEqual(subscription.deltaStats().numFullPayloads, 2);
  });

  test("a delta subscriber of a compacted channel gets the same", async (stage) => {
    const name = stage.channel("compact");
    const subscription = await subscribed(await stage.join({ sub: "alice" }), name, { delta: "fossil" });
    const publications = heardIn(subscription, "publication");
    await publishEach(stage.subject, name, reports(upTo(50)));
    await publications.count(50);
    assert.deepEqual(dataOf(publications.entries), upTo(50).map(report));
    assert.equal(subscription.deltaStats().numDeltaPayloads, 49);
  });
});

/** Every third is a goal; every second is big. */
const events = (numbers: readonly number[]): readonly Draft[] =>
  numbers.map((data) => ({ data, tags: { kind: data % 3 === 0 ? "goal" : "foul", size: data % 2 ? "small" : "big" } }));
const isGoal = (n: number): boolean => n % 3 === 0;
const goals = { key: "kind", cmp: "eq", val: "goal" } as const;
const bigOnes = { op: "not", nodes: [{ key: "size", cmp: "in", vals: ["small", "tiny"] }] } as const;

conformance("tags filters", { profile: "features", together: true, ways: everyWay }, (test) => {
  test("of a client hold live, over cuts, and change with the next subscription", async (stage) => {
    const name = stage.channel("tagged");
    const cable = await stage.cable();
    const client = await stage.join({ sub: "alice" }, {}, cable.websocketUrl);
    const subscription = await subscribed(client, name, { tagsFilter: goals });
    const publications = heardIn(subscription, "publication");
    const returns = heardIn(subscription, "subscribed");
    await publishEach(stage.subject, name, events(upTo(30)));
    await publications.count(10);
    cable.unplug();
    await publishEach(stage.subject, name, events(span({ from: 31, to: 600 })));
    cable.plugIn();
    await publications.count(200);
    assert.deepEqual(dataOf(publications.entries), upTo(600).filter(isGoal));
    assert.deepEqual([returns.entries.length, returns.entries[0]?.recovered], [1, true]);
    subscription.unsubscribe();
    subscription.setTagsFilter({ op: "and", nodes: [goals, bigOnes as never] });
    subscription.subscribe();
    await returns.count(2);
    await publishEach(stage.subject, name, events(span({ from: 601, to: 612 })));
    await publications.count(202);
    assert.deepEqual(dataOf(publications.entries.slice(200)), [606, 612]);
  });

  test("of the server, in a subscription token, hold live, in recovery and in history, and are not widened", async (stage) => {
    const { subject } = stage;
    const name = stage.channel("tagged");
    const cable = await stage.cable();
    const client = await stage.join({ sub: "alice" }, {}, cable.websocketUrl);
    const token = await subject.subscriptionToken(name, { sub: "alice", server_tags_filter: goals });
    const subscription = await subscribed(client, name, { token, tagsFilter: bigOnes as never });
    const publications = heardIn(subscription, "publication");
    await publishEach(subject, name, events(upTo(12)));
    await publications.count(2);
    cable.unplug();
    await publishEach(subject, name, events(span({ from: 13, to: 24 })));
    cable.plugIn();
    await publications.count(4);
    assert.deepEqual(dataOf(publications.entries), [6, 12, 18, 24]);
    const page = await subscription.history({ limit: 100 });
    assert.deepEqual(dataOf(page.publications), upTo(24).filter(isGoal));
  });

  test("of the server, in the channels of a connection token, hold too", async (stage) => {
    const name = stage.channel("tagged");
    const subs = { [name]: { server_tags_filter: goals } };
    const client = stage.client({ token: await stage.subject.token({ sub: "alice", subs }) });
    const received = new Promise<readonly unknown[]>((resolve) => {
      const data: unknown[] = [];
      client.on("publication", (publication) => data.push(publication.data) === 3 && resolve(data));
    });
    client.connect();
    await client.ready();
    await publishEach(stage.subject, name, events(upTo(9)));
    assert.deepEqual(await received, [3, 6, 9]);
  });
});

conformance("long recoveries", { profile: "features", together: true, ways: everyWay }, (test) => {
  test("1,900 missed publications, 19 replies' worth, come in order with those published meanwhile", async (stage) => {
    const name = stage.channel("stream");
    const cable = await stage.cable();
    const subscription = await subscribed(await stage.join({ sub: "alice" }, {}, cable.websocketUrl), name);
    const publications = heardIn(subscription, "publication");
    const returns = heardIn(subscription, "subscribed");
    await publishMany(stage.subject, name, { from: 1, to: 10 });
    await publications.count(10);
    cable.unplug();
    for (let n = 11; n <= 1_910; n += 475) await publishMany(stage.subject, name, { from: n, to: n + 474 });
    cable.plugIn();
    await returns.first();
    for (let n = 1_911; n <= 2_110; n += 20) await publishMany(stage.subject, name, { from: n, to: n + 19 });
    await publications.count(2_110);
    assert.deepEqual(dataOf(publications.entries), upTo(2_110));
    assert.deepEqual([returns.entries.length, returns.entries[0]?.recovered], [1, true]);
  });

  test("beyond the limit the client is told that it is not recovered", async (stage) => {
    const name = stage.channel("stream");
    const cable = await stage.cable();
    const subscription = await subscribed(await stage.join({ sub: "alice" }, {}, cable.websocketUrl), name);
    const publications = heardIn(subscription, "publication");
    const returns = heardIn(subscription, "subscribed");
    await publishMany(stage.subject, name, { from: 1, to: 1 });
    await publications.count(1);
    cable.unplug();
    for (let n = 2; n <= 2_501; n += 500) await publishMany(stage.subject, name, { from: n, to: n + 499 });
    cable.plugIn();
    const { wasRecovering, recovered, streamPosition } = await returns.first();
    assert.deepEqual([wasRecovering, recovered, streamPosition?.offset], [true, false, 2_501]);
    await publishMany(stage.subject, name, { from: 2_502, to: 2_502 });
    await publications.count(2);
    assert.deepEqual(dataOf(publications.entries), [1, 2_502]);
  });
});

conformance("a client that keeps its own state", { profile: "features", together: true, ways: everyWay }, (test) => {
  test("loads it once, goes on from there over cuts, and loads it anew when the stream is lost", async (stage) => {
    const name = stage.channel("stream");
    const cable = await stage.cable();
    await publishMany(stage.subject, name, { from: 1, to: 10 });
    const client = await stage.join({ sub: "alice" }, {}, cable.websocketUrl);
    const loaded: StreamPosition[] = [];
    const getState = async (): Promise<StreamPosition> => {
      const { offset, epoch } = await stage.subject.api<StreamPosition>("history", { channel: name });
      // The first time it is a little behind, as a database may be.
      const position = { offset: loaded.length === 0 ? 7 : offset, epoch };
      loaded.push(position);
      return position;
    };
    const subscription = client.newSubscription(name, { getState, minResubscribeDelay: 10, maxResubscribeDelay: 50 });
    const publications = heardIn(subscription, "publication");
    const returns = heardIn(subscription, "subscribed");
    subscription.subscribe();
    await publications.count(3);
    cable.unplug();
    await publishMany(stage.subject, name, { from: 11, to: 20 });
    cable.plugIn();
    await publications.count(13);
    assert.deepEqual(dataOf(publications.entries), span({ from: 8, to: 20 }));
    assert.equal(loaded.length, 1);
    cable.unplug();
    await publishMany(stage.subject, name, { from: 21, to: 30 });
    await stage.subject.api("history_remove", { channel: name });
    cable.plugIn();
    const again = (await returns.count(3))[2];
    assert.deepEqual([loaded.length, again?.recovered], [2, true]);
    await publishMany(stage.subject, name, { from: 31, to: 31 });
    await publications.count(14);
    assert.equal(publications.entries[13]?.data, 31);
  });
});

conformance("channel compaction", { profile: "features", together: true, ways: everyWay }, (test) => {
  test("a client of many compacted channels hears each one's publications, joins and leaves, also after a cut", async (stage) => {
    const cable = await stage.cable();
    const alice = await stage.join({ sub: "alice" }, {}, cable.websocketUrl);
    const names = upTo(10).map(() => stage.channel("compact"));
    const subscriptions = await Promise.all(names.map((name) => subscribed(alice, name)));
    const heard = subscriptions.map((subscription) => ({
      publications: heardIn(subscription, "publication"),
      joins: heardIn(subscription, "join"),
      leaves: heardIn(subscription, "leave"),
      returns: heardIn(subscription, "subscribed"),
    }));
    const bob = await stage.join({ sub: "bob" });
    await Promise.all(names.map((name) => subscribed(bob, name)));
    for (const n of [1, 2, 3]) {
      await Promise.all(names.map((name) => publishEach(stage.subject, name, [{ data: `${name} ${n}` }])));
      if (n === 2) cable.cut();
    }
    await Promise.all(heard.map(({ returns }) => returns.count(1)));
    bob.disconnect();
    for (const [index, { publications, joins, leaves }] of heard.entries()) {
      await publications.count(3);
      await joins.first(({ info }) => info.user === "bob");
      await leaves.first(({ info, channel }) => info.user === "bob" && channel === names[index]);
      assert.deepEqual(
        dataOf(publications.entries),
        [1, 2, 3].map((n) => `${names[index]} ${n}`),
      );
      assert.ok(publications.entries.every(({ channel }) => channel === names[index]));
    }
  });
});

conformance("channel compaction on the wire", { profile: "features" }, (test) => {
  test("pushes carry the number of the subscribe reply in place of the name, only for who asked", async (stage) => {
    const name = stage.channel("compact");
    const [compact, plain] = [await stage.rawUser("alice"), await stage.rawUser("bob")];
    const { subscribe } = await compact.ask(2, { subscribe: { channel: name, flag: 1 } });
    await plain.ask(2, { subscribe: { channel: name } });
    const { id } = subscribe as { id: number };
    assert.ok(id > 0);
    await publishMany(stage.subject, name, { from: 1, to: 2 });
    const short = await compact.replies.first(({ push }) => push?.pub?.data === 2);
    const long = await plain.replies.first(({ push }) => push?.pub?.data === 2);
    assert.deepEqual(short.push, { id, pub: { data: 2, offset: 2 } });
    assert.deepEqual(long.push, { channel: name, pub: { data: 2, offset: 2 } });
  });
});

conformance("batches", { profile: "features", together: true, ways: everyWay }, (test) => {
  test("delay publications and neither reorder nor lose any, also not over cuts", async (stage) => {
    const name = stage.channel("batched");
    const cable = await stage.cable();
    const subscription = await subscribed(await stage.join({ sub: "alice" }, {}, cable.websocketUrl), name);
    const publications = heardIn(subscription, "publication");
    const returns = heardIn(subscription, "subscribed");
    await publishMany(stage.subject, name, { from: 1, to: 5 });
    await passing(60);
    assert.equal(publications.entries.length, 0, "five of a batch of ten wait for their 200 ms");
    await publications.count(5);
    for (let n = 6; n <= 205; n += 20) {
      await publishMany(stage.subject, name, { from: n, to: n + 10 });
      cable.cut();
      await publishMany(stage.subject, name, { from: n + 11, to: n + 19 });
      await returns.count((n + 14) / 20);
    }
    await publications.count(205);
    assert.deepEqual(dataOf(publications.entries), upTo(205));
    assert.ok(returns.entries.every(({ recovered }) => recovered));
  });

  test("of which only the latest leaves keep the rest for who recovers", async (stage) => {
    const name = stage.channel("newest");
    const cable = await stage.cable();
    const subscription = await subscribed(await stage.join({ sub: "alice" }, {}, cable.websocketUrl), name);
    const publications = heardIn(subscription, "publication");
    await publishMany(stage.subject, name, { from: 1, to: 50 });
    await publications.until((all) => all.at(-1)?.data === 50, "the latest");
    assert.ok(publications.entries.length <= 3, `${publications.entries.length} arrived`);
    const live = publications.entries.length;
    cable.unplug();
    await publishMany(stage.subject, name, { from: 51, to: 80 });
    await passing(500);
    cable.plugIn();
    await publications.count(live + 30);
    assert.deepEqual(dataOf(publications.entries.slice(live)), span({ from: 51, to: 80 }));
  });
});

conformance("publisher exclusion", { profile: "features", together: true, ways: everyWay }, (test) => {
  test("a connection does not get what it published, live or when it recovers, and all others do", async (stage) => {
    const name = stage.channel("others");
    const [writer, reader] = [await stage.join({ sub: "alice" }), await stage.join({ sub: "alice" })];
    const own = await subscribed(writer, name);
    const [own1, others] = [heardIn(own, "publication"), heardIn(await subscribed(reader, name), "publication")];
    const { epoch } = await stage.subject.api<StreamPosition>("history", { channel: name });
    for (const n of [1, 2, 3, 4, 5]) {
      if (n % 2) await publishMany(stage.subject, name, { from: n, to: n });
      else await writer.publish(name, n);
    }
    await others.count(5);
    await own1.count(3);
    own.unsubscribe();
    writer.removeSubscription(own);
    const again: Subscription = writer.newSubscription(name, { since: { offset: 0, epoch } });
    const recovered = heardIn(again, "publication");
    again.subscribe();
    await publishMany(stage.subject, name, { from: 6, to: 6 });
    await recovered.until((all) => all.at(-1)?.data === 6, "the last");
    assert.deepEqual(dataOf(others.entries.slice(0, 5)), upTo(5));
    assert.deepEqual(dataOf(own1.entries), [1, 3, 5]);
    assert.deepEqual(dataOf(recovered.entries), [1, 3, 5, 6]);
  });
});

conformance("the operators' wildcard", { profile: "features", ways: everyWay }, (test) => {
  test.ours(
    "tenants in channel names are an extension",
    "tenant:*:{resource} brings what every tenant's channel brings, with the real channel as a tag, over cuts too",
    async (stage) => {
      const resource = stage.channel("login").replace(":", "-");
      const cable = await stage.cable();
      const operator = await stage.join({ sub: "root", role: "admin" }, {}, cable.websocketUrl);
      const publications = heardIn(await subscribed(operator, `tenant:*:${resource}`), "publication");
      const both = ["acme", "globex"].map((tenant) => `tenant:${tenant}:${resource}`);
      const [acme = "", globex = ""] = both;
      await publishMany(stage.subject, acme, { from: 1, to: 1 });
      await publishMany(stage.subject, globex, { from: 2, to: 2 });
      await publications.count(2);
      cable.unplug();
      await publishMany(stage.subject, globex, { from: 3, to: 3 });
      await publishMany(stage.subject, acme, { from: 4, to: 4 });
      cable.plugIn();
      await publications.count(4);
      assert.deepEqual(
        publications.entries.map(({ data, tags }) => [data, tags?.channel]),
        [1, 2, 3, 4].map((n) => [n, n === 1 || n === 4 ? acme : globex]),
      );
      const user = await stage.join({ sub: "alice", tenantId: "acme" });
      const refused = heardIn(user.newSubscription(`tenant:*:${resource}`), "unsubscribed");
      user.getSubscription(`tenant:*:${resource}`)?.subscribe();
      assert.equal((await refused.first()).code, 103);
    },
  );
});
