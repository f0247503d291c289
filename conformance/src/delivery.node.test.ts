import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { conformance } from "./stage/conformance.ts";
import { heardIn, subscribed } from "./stage/heard.ts";
import { upTo } from "./stage/publish-many.ts";
import { passing } from "./stage/times.ts";
import { everyWay } from "./stage/ways.ts";

interface Numbered {
  readonly by: string;
  readonly n: number;
}

conformance("delivery", { profile: "baseline", ways: everyWay.filter(({ overtaking }) => !overtaking) }, (test) => {
  test("5,000 publications of clients and the API reach every subscriber in one order", async (stage) => {
    const name = stage.channel("stream");
    const watchers = await Promise.all(
      ["alice", "bob", "carol"].map(async (sub) =>
        heardIn(await subscribed(await stage.join({ sub }), name), "publication"),
      ),
    );
    const writers = await Promise.all(["dora", "emil"].map((sub) => stage.join({ sub })));
    const byClients = writers.map(async (client, index) => {
      for (let n = 1; n <= 1_500; n += 50) {
        const some = Array.from({ length: 50 }, (_, i) => client.publish(name, { by: `client ${index}`, n: n + i }));
        await Promise.all(some);
      }
    });
    const byApi = async (): Promise<void> => {
      for (let n = 1; n <= 2_000; n += 50) {
        const publish = (i: number): object => ({ channel: name, data: { by: "api", n: n + i } });
        const commands = Array.from({ length: 50 }, (_, i) => ({ publish: publish(i) }));
        await stage.subject.api("batch", { commands });
      }
    };
    await Promise.all([...byClients, byApi()]);
    for (const watcher of watchers) {
      await watcher.count(5_000);
      assert.deepEqual(
        watcher.entries.map(({ offset }) => offset),
        upTo(5_000),
      );
      for (const by of ["client 0", "client 1", "api"]) {
        const numbers = watcher.entries.map(({ data }) => data as Numbered).filter((data) => data.by === by);
        assert.deepEqual(
          numbers.map(({ n }) => n),
          upTo(by === "api" ? 2_000 : 1_500),
          `the order of ${by}`,
        );
      }
    }
  });

  test("200 clients, cut at random while 200 publications go out, lose none, get none twice, none out of order", async (stage) => {
    const clients = 200;
    const publications = 200;
    const name = stage.channel("stream");
    const cable = await stage.cable();
    const crowd = await Promise.all(
      upTo(clients).map(async (n) => {
        const client = await stage.join({ sub: `user-${n}` }, {}, cable.websocketUrl);
        const subscription = await subscribed(client, name);
        return { received: heardIn(subscription, "publication"), returns: heardIn(subscription, "subscribed") };
      }),
    );
    let cuts = 0;
    for (const data of upTo(publications)) {
      await stage.subject.api("publish", { channel: name, data });
      if (data % 8 === 0) cable.cut(() => Math.random() < 0.1 && ++cuts > 0);
      await nextTurn();
    }
    await Promise.all(
      crowd.map(({ received }) => received.until((all) => all.at(-1)?.data === publications, "the last")),
    );
    await stage.subject.api("publish", { channel: name, data: publications + 1 });
    await Promise.all(
      crowd.map(({ received }) => received.until((all) => all.at(-1)?.data === publications + 1, "the end")),
    );
    let [lost, repeated, reordered, unrecovered] = [0, 0, 0, 0];
    for (const { received, returns } of crowd) {
      const numbers = received.entries.map(({ data }) => data as number);
      const distinct = new Set(numbers);
      lost += publications + 1 - distinct.size;
      repeated += numbers.length - distinct.size;
      reordered += numbers.filter((n, i) => i > 0 && n < (numbers[i - 1] ?? 0)).length;
      unrecovered += returns.entries.filter(({ recovered }) => !recovered).length;
    }
    console.log(`${clients} clients, ${cuts} cuts: ${lost} lost, ${repeated} repeated, ${reordered} reordered`);
    assert.ok(cuts > clients, "the storm was one");
    assert.deepEqual([lost, repeated, reordered, unrecovered], [0, 0, 0, 0]);
  });

  test("1,000 rounds of connect, subscribe, unsubscribe and disconnect leave nothing behind", async (stage) => {
    const name = stage.channel("open");
    const rounds = ["alice", "bob", "carol", "dora"].map(async (sub) => {
      const client = stage.client({ token: await stage.subject.token({ sub }) });
      for (let round = 0; round < 250; round++) {
        const subscription = client.newSubscription(`${name}-${round % 7}`);
        client.connect();
        subscription.subscribe();
        await subscription.ready();
        // Every other round leaves it to the end of the connection to end the subscription.
        if (round % 2) subscription.unsubscribe();
        client.disconnect();
        client.removeSubscription(subscription);
      }
    });
    await Promise.all(rounds);
    // An idle channel stays attached for a moment, so that coming and going does not flap.
    const nothing = { clients: 0, subscriptions: 0, channels: 0, clientsGauge: 0, subscriptionsGauge: 0 };
    for (let tries = 0; tries < 40 && !isDeepStrictEqual(await standing(), nothing); tries++) await passing(250);
    assert.deepEqual(await standing(), nothing);
    const { channels } = await stage.subject.api<{ channels: object }>("channels", { pattern: `${name}*` });
    assert.deepEqual(channels, {});

    async function standing(): Promise<object> {
      const { nodes } = await stage.subject.api<{ nodes: readonly Node[] }>("info", {});
      const [node] = nodes;
      const metrics = await (await fetch(`${stage.subject.url}/metrics`)).text();
      const gauge = (metric: string): number =>
        Number(new RegExp(`^(?:centrifugo_)?${metric}(?:\\{[^}]*\\})? (\\S+)$`, "m").exec(metrics)?.[1] ?? "NaN");
      return {
        clients: node?.num_clients,
        subscriptions: node?.num_subs,
        channels: node?.num_channels,
        ...{ clientsGauge: gauge("node_num_clients"), subscriptionsGauge: gauge("node_num_subscriptions") },
      };
    }
  });
});

interface Node {
  readonly num_clients: number;
  readonly num_subs: number;
  readonly num_channels: number;
}
