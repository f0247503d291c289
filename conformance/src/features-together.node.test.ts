import assert from "node:assert/strict";
import type { StreamPosition, Subscription } from "centrifuge";
import { everyWayInBytes, readPayload } from "./stage/byte-ways.ts";
import { conformance } from "./stage/conformance.ts";
import { heardIn, subscribed } from "./stage/heard.ts";
import { type Draft, publishEach, publishMany, span, upTo } from "./stage/publish-many.ts";
import type { Stage } from "./stage/stage.ts";
import { everyWay } from "./stage/ways.ts";

const goals = { key: "kind", cmp: "eq", val: "goal" } as const;
const isGoal = (n: number): boolean => n % 3 === 0;
const events = (numbers: readonly number[]): readonly Draft[] =>
  numbers.map((n) => ({
    data: { n, text: "o mesmo texto, ñ 東 ".repeat(6) },
    tags: { kind: isGoal(n) ? "goal" : "foul" },
  }));

type Publications = ReturnType<typeof heardIn<"publication">>;
const numbersOf = ({ entries }: Publications): readonly number[] =>
  entries.map(({ data }) => (readPayload(data) as { n: number }).n);
const untilNumber = (publications: Publications, last: number): Promise<void> =>
  publications.until(() => numbersOf(publications).at(-1) === last, `publication ${last}`);

conformance(
  "every stream feature in one channel",
  { profile: "features", together: true, ways: everyWayInBytes },
  (test) => {
    test("clients with deltas, with filters and without either each get theirs over 6 cuts, in batches", async (stage) => {
      const name = stage.channel("everything");
      const cable = await stage.cable();
      const wishes = [{ delta: "fossil" }, { tagsFilter: goals }, { delta: "fossil", joinLeave: true }, {}] as const;
      const readers = await Promise.all(
        wishes.map(async (wish, index) => {
          const client = await stage.join({ sub: `user-${index}` }, {}, cable.websocketUrl);
          const subscription = await subscribed(client, name, wish);
          const [publications, returns] = [heardIn(subscription, "publication"), heardIn(subscription, "subscribed")];
          return { filters: "tagsFilter" in wish, publications, returns };
        }),
      );
      for (let cut = 1; cut <= 6; cut++) {
        const from = 30 * (cut - 1) + 1;
        await publishEach(stage.subject, name, events(span({ from, to: from + 14 })));
        cable.cut();
        await publishEach(stage.subject, name, events(span({ from: from + 15, to: from + 29 })));
        await Promise.all(readers.map(({ returns }) => returns.count(cut)));
      }
      for (const { filters, publications, returns } of readers) {
        await untilNumber(publications, 180);
        assert.deepEqual(
          numbersOf(publications),
          upTo(180).filter((n) => !filters || isGoal(n)),
        );
        assert.ok(returns.entries.every(({ recovered }) => recovered));
      }
    });

    test("400 publications that some missed in many pages come once, with those of the batches meanwhile", async (stage) => {
      const name = stage.channel("everything");
      const cable = await stage.cable();
      const late = await Promise.all(
        [{ delta: "fossil" }, { tagsFilter: goals }].map(async (wish, index) => {
          const client = await stage.join({ sub: `late-${index}` }, {}, cable.websocketUrl);
          return heardIn(await subscribed(client, name, wish as object), "publication");
        }),
      );
      await publishEach(stage.subject, name, events(upTo(3)));
      await Promise.all(late.map((publications) => untilNumber(publications, 3)));
      cable.unplug();
      await publishEach(stage.subject, name, events(span({ from: 4, to: 403 })));
      cable.plugIn();
      for (let n = 404; n <= 450; n++) await publishEach(stage.subject, name, events([n]));
      const [patched, filtered] = late;
      assert.ok(patched && filtered);
      await Promise.all(late.map((publications) => untilNumber(publications, 450)));
      assert.deepEqual(numbersOf(patched), upTo(450));
      assert.deepEqual(numbersOf(filtered), upTo(450).filter(isGoal));
    });
  },
);

conformance(
  "deltas of publications that may be dropped",
  { profile: "features", together: true, ways: everyWayInBytes },
  (test) => {
    test("versions that are not newer and keys that were seen leave no gap, no repetition and no false patch", async (stage) => {
      const name = stage.channel("delta");
      const cable = await stage.cable();
      const client = await stage.join({ sub: "alice" }, {}, cable.websocketUrl);
      const subscription = await subscribed(client, name, { delta: "fossil" });
      const publications = heardIn(subscription, "publication");
      const returns = heardIn(subscription, "subscribed");
      const drafts = events(upTo(60));
      for (const n of upTo(60)) {
        const [draft, old] = [drafts[n - 1], drafts[Math.max(0, n - 3)]];
        assert.ok(draft && old);
        await publishEach(stage.subject, name, [
          n % 2 ? { ...draft, version: n, version_epoch: "a" } : { ...draft, idempotency_key: `${name} ${n}` },
          // Of both kinds one that is late.
          n % 2
            ? { ...old, version: Math.max(1, n - 2), version_epoch: "a" }
            : { ...old, idempotency_key: `${name} ${n}` },
        ]);
        if (n % 20 === 10) {
          cable.cut();
          await returns.count((n + 10) / 20);
        }
      }
      await untilNumber(publications, 60);
      assert.deepEqual(numbersOf(publications), upTo(60));
      assert.deepEqual(
        publications.entries.map(({ offset }) => offset),
        upTo(60),
      );
      assert.ok(subscription.deltaStats().numDeltaPayloads > 0);
    });
  },
);

conformance("numbers in place of names", { profile: "features", together: true, ways: everyWay }, (test) => {
  test("never mix channels up, while a client leaves and enters them 30 times", async (stage) => {
    const client = await stage.join({ sub: "alice" });
    const channels = await Promise.all(
      upTo(5).map(async () => {
        const name = stage.channel("compact");
        const subscription = await subscribed(client, name, { minResubscribeDelay: 10, maxResubscribeDelay: 50 });
        return { name, subscription, publications: heardIn(subscription, "publication"), sent: 0 };
      }),
    );
    for (const turn of upTo(30)) {
      const left = channels[turn % channels.length];
      const others = channels.filter((each) => each !== left);
      assert.ok(left);
      left.subscription.unsubscribe();
      await Promise.all(
        others.map((each) => publishEach(stage.subject, each.name, [{ data: { n: ++each.sent, name: each.name } }])),
      );
      left.subscription.subscribe();
      await left.subscription.ready();
      await publishEach(stage.subject, left.name, [{ data: { n: ++left.sent, name: left.name } }]);
    }
    for (const { name, publications, sent } of channels) {
      await untilNumber(publications, sent);
      assert.deepEqual(numbersOf(publications), upTo(sent));
      assert.ok(publications.entries.every(({ channel, data }) => channel === name && data.name === name));
    }
  });
});

conformance("a filter of the server that changes", { profile: "features", together: true, ways: everyWay }, (test) => {
  for (const [what, before, after] of [
    ["narrower", undefined, goals],
    ["other", { ...goals, val: "foul" }, goals],
  ] as const) {
    test(`with a refreshed subscription token is the ${what} one from then on, and nothing it allows is lost`, async (stage) => {
      const name = stage.channel("tagged");
      const tokenWith = (filter: object | undefined, seconds: number): Promise<string> =>
        stage.subject.subscriptionToken(name, {
          sub: "alice",
          exp: Math.floor(Date.now() / 1000) + seconds,
          ...(filter ? { server_tags_filter: filter } : {}),
        });
      const client = await stage.join({ sub: "alice" });
      const subscription = await subscribed(client, name, {
        token: await tokenWith(before, 2),
        getToken: () => tokenWith(after, 600),
        minResubscribeDelay: 10,
        maxResubscribeDelay: 50,
      });
      const publications = heardIn(subscription, "publication");
      const again = heardIn(subscription, "subscribed");
      const sent = await publishUntil(stage, name, () => again.entries.length > 0);
      await publishEach(stage.subject, name, events(span({ from: sent + 1, to: 3 * sent + 6 })));
      const last = 3 * Math.floor((3 * sent + 6) / 3);
      await untilNumber(publications, last);
      const changed = numbersOf(publications).filter((n) => n > sent);
      assert.deepEqual(changed, span({ from: sent + 1, to: last }).filter(isGoal));
      assert.ok(again.entries[0]?.recovered);
      assert.equal(new Set(numbersOf(publications)).size, publications.entries.length);
    });
  }
});

/** One after the other, until `done`; returns how many. */
async function publishUntil({ subject }: Stage, channel: string, done: () => boolean): Promise<number> {
  let sent = 0;
  while (!done()) await publishEach(subject, channel, events([++sent]));
  return sent;
}

conformance("the operators' wildcard over many tenants", { profile: "features", ways: everyWay }, (test) => {
  test.ours(
    "tenants in channel names are an extension",
    "brings 20 tenants' channels over 10 cuts, each publication once, with its channel, and each channel's in order",
    async (stage) => {
      const resource = stage.channel("orders").replace(":", "-");
      const cable = await stage.cable();
      const operator = await stage.join({ sub: "root", role: "admin" }, {}, cable.websocketUrl);
      const subscription: Subscription = await subscribed(operator, `tenant:*:${resource}`);
      const [publications, returns] = [heardIn(subscription, "publication"), heardIn(subscription, "subscribed")];
      const { epoch } = await stage.subject.api<StreamPosition>("history", { channel: `tenant:*:${resource}` });
      const sent: string[] = [];
      for (const round of upTo(10)) {
        // Some of them for the first time.
        const names = upTo(2 * round).map((n) => `tenant:${resource}-${n}:${resource}`);
        if (round % 2) cable.cut();
        await Promise.all(names.map((name) => publishMany(stage.subject, name, { from: round, to: round })));
        sent.push(...names.map((name) => `${name} ${round}`));
        if (round % 2 === 0) cable.cut();
        await returns.count(round);
      }
      await publications.count(sent.length);
      const got = publications.entries.map(({ data, tags }) => `${tags?.channel} ${data}`);
      assert.deepEqual([...got].sort(), [...sent].sort());
      assert.deepEqual(
        publications.entries.map(({ offset }) => offset),
        upTo(sent.length),
      );
      assert.ok(returns.entries.every(({ recovered, streamPosition }) => recovered && streamPosition?.epoch === epoch));
      for (const n of upTo(20)) {
        const ofOne = got
          .filter((each) => each.startsWith(`tenant:${resource}-${n}:`))
          .map((each) => Number(each.split(" ")[1]));
        assert.deepEqual(
          ofOne,
          [...ofOne].sort((a, b) => a - b),
        );
      }
    },
  );
});
