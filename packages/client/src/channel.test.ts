import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Publication } from "./arrivals.ts";
import { ANA, openClients, openStage, type Stage, TENANT } from "./bindings/stage.fixture.ts";
import type { Channel } from "./channel.ts";
import type { ChannelState } from "./channel-core.ts";
import { createClient } from "./client.ts";
import { reachableBytes } from "./heap.fixture.ts";
import { trace, until } from "./until.fixture.ts";

const OPEN = { allow_subscribe_for_client: true, allow_history_for_subscriber: true, allow_recovery: true };
const NAMESPACES = [
  { name: "short", ...OPEN, history_size: 2, history_ttl: "60s" },
  { name: "bare", allow_subscribe_for_client: true },
  { name: "locked", history_size: 2, history_ttl: "60s" },
];

let stage: Stage;
let lastChannel = 0;
before(async () => {
  stage = await openStage({ channel: { namespaces: NAMESPACES } });
});
const open = openClients(() => stage);
after(() => stage.close());

/** A channel that no other test uses. */
function fresh(pattern = `tenant:${TENANT}:*`): string {
  lastChannel += 1;
  return pattern.replace("*", `r${lastChannel}`);
}

async function publish(channel: string, from: number, to: number): Promise<void> {
  for (let n = from; n <= to; n++) await stage.publish(channel, { n });
}

/** All that a channel brings, while it is listened to. */
function listen(channel: Channel): {
  readonly heard: number[];
  readonly publications: Publication<unknown>[];
  readonly stop: () => void;
} {
  const heard: number[] = [];
  const publications: Publication<unknown>[] = [];
  const stop = channel.onEvent((event, publication) => {
    heard.push((event as unknown as { n: number }).n);
    publications.push(publication);
  });
  return { heard, publications, stop };
}

const isLive = ({ status }: { readonly status: string }): boolean => status === "live";
const isBack = (state: ChannelState<unknown>): boolean => isLive(state) && state.recovery !== undefined;
const range = (to: number): number[] => Array.from({ length: to }, (_, index) => index + 1);

/** Cuts the connection, does something behind its back, and waits until it is back. */
async function away(channel: Channel, meanwhile: () => Promise<void>): Promise<ChannelState<unknown>> {
  const count = channel.get().recovery?.count ?? 0;
  stage.gate.cut();
  await until(channel, ({ status }) => status === "recovering");
  await meanwhile();
  stage.gate.restore();
  return until(channel, (state) => isLive(state) && (state.recovery?.count ?? 0) > count);
}

describe("channel", () => {
  it("brings what was published meanwhile after each cut, in order, once, and says how much it was", async () => {
    const name = fresh();
    const channel = open().channel(name);
    const { heard, publications, stop } = listen(channel);
    await until(channel, isLive);
    const { seen } = trace(channel, ({ status }) => status);
    await publish(name, 1, 3);
    await until(channel, ({ last }) => last?.offset === 3);
    for (const [count, first] of [4, 14, 24].entries()) {
      const { recovery } = await away(channel, () => publish(name, first, first + 9));
      assert.deepEqual(recovery, { count: count + 1, outcome: "complete", recovered: 10 });
    }
    await publish(name, 34, 34);
    await until(channel, ({ last }) => last?.offset === 34);
    assert.deepEqual(heard, range(34));
    assert.deepEqual(seen.slice(0, 3), ["live", "recovering", "live"]);
    assert.deepEqual(
      [3, 4, 33, 34].map((n) => publications[n - 1]?.isRecovered),
      [false, true, true, false],
    );
    stop();
  });

  it("admits a gap when the history does not reach back far enough, and how many are missing", async () => {
    const name = fresh("short:*");
    const channel = open().channel(name);
    const { heard, stop } = listen(channel);
    await until(channel, isLive);
    await publish(name, 1, 1);
    await until(channel, ({ last }) => last?.offset === 1);
    const { recovery } = await away(channel, () => publish(name, 2, 9));
    assert.equal(recovery?.outcome, "gap");
    assert.equal(heard.length + (recovery?.lost ?? 0), 9);
    stop();
  });

  it("without history cannot tell, and says so", async () => {
    const channel = open().channel(fresh("bare:*"));
    const stop = channel.subscribe(() => {});
    await until(channel, isLive);
    const { recovery } = await away(channel, async () => {});
    assert.deepEqual(recovery, { count: 1, outcome: "unknown", recovered: 0 });
    stop();
  });

  it("that stays away is stale, with the reason of the connection", async () => {
    const channel = open({ staleAfterMs: 1 }).channel(fresh());
    const stop = channel.subscribe(() => {});
    await until(channel, isLive);
    stage.gate.cut();
    const { reason } = await until(channel, ({ status }) => status === "stale");
    assert.match(reason?.message ?? "", /closed/);
    stage.gate.restore();
    assert.equal((await until(channel, isLive)).reason, undefined);
    stop();
  });

  it("that is forbidden has failed with the hub's words, until it is tried again", async () => {
    const client = open();
    const channel = client.channel(fresh("locked:*"));
    const stop = channel.subscribe(() => {});
    const { reason } = await until(channel, ({ status }) => status === "failed");
    assert.equal(reason?.code, 103);
    const { seen } = trace(channel, ({ status }) => status);
    channel.retry();
    await until(channel, ({ status }) => status === "failed" && seen.length === 3);
    assert.deepEqual(seen, ["failed", "connecting", "failed"]);
    assert.equal(client.connection.get().status, "live");
    stage.gate.cut();
    await until(client.connection, ({ status }) => status === "recovering");
    stage.gate.restore();
    await until(client.connection, isLive);
    assert.deepEqual([channel.get().status, channel.get().reason?.code], ["failed", 103]);
    stop();
  });

  it("goes on from a position that somebody wrote down", async () => {
    const name = fresh();
    await publish(name, 1, 1);
    const first = open().channel(name);
    const { position } = await until(first, isLive);
    assert.equal(position?.offset, 1);
    await publish(name, 2, 4);
    const second = open().channel(name, position ? { since: position } : {});
    const { heard, stop } = listen(second);
    assert.deepEqual((await until(second, isBack)).recovery, { count: 1, outcome: "complete", recovered: 3 });
    assert.deepEqual(heard, [2, 3, 4]);
    assert.deepEqual(
      (await second.history(2)).map(({ offset }) => offset),
      [3, 4],
    );
    stop();
  });

  it("of all tenants says of each event in which channel it was published", async () => {
    const operator = { user: "root", roles: ["admin"] };
    const channel = open({ getToken: () => stage.hub.token(operator) }).channel("tenant:*:user_login");
    const { publications, stop } = listen(channel);
    await until(channel, isLive);
    await publish(`tenant:${TENANT}:user_login`, 1, 1);
    await until(channel, ({ last }) => last !== undefined);
    assert.equal(publications[0]?.channel, `tenant:${TENANT}:user_login`);
    stop();
  });

  it("brings an event once, though somebody published it twice", async () => {
    const name = fresh();
    const channel = open().channel(name);
    const { heard, stop } = listen(channel);
    await until(channel, isLive);
    for (const n of [1, 1, 2]) await stage.publish(name, { id: `same-${n}`, n });
    await until(channel, ({ position }) => position?.offset === 3);
    assert.deepEqual(heard, [1, 2]);
    stop();
  });

  it("brings a token of its own where it needs one", async () => {
    const name = fresh("locked:*");
    const channel = open().channel(name, { getToken: () => stage.hub.subscriptionToken(name, ANA) });
    const { heard, stop } = listen(channel);
    await until(channel, isLive);
    await publish(name, 1, 1);
    await until(channel, ({ last }) => last !== undefined);
    assert.deepEqual(heard, [1]);
    stop();
  });

  it("survives a listener that throws", async (test) => {
    const reported =
      "reportError" in globalThis
        ? test.mock.method(globalThis, "reportError", () => {})
        : test.mock.method(console, "error", () => {});
    const name = fresh();
    const channel = open().channel(name);
    const broken = channel.onEvent(() => {
      throw new Error("not the client's fault");
    });
    const { heard, stop } = listen(channel);
    await until(channel, isLive);
    await publish(name, 1, 2);
    await until(channel, ({ last }) => last?.offset === 2);
    assert.deepEqual([heard, reported.mock.callCount()], [[1, 2], 2]);
    broken();
    stop();
  });
});

describe("subscription", () => {
  it("is one for all listeners, and outlives a page that mounts twice", async () => {
    const { opened } = stage.gate;
    const name = fresh();
    const client = open();
    const channel = client.channel(name);
    channel.subscribe(() => {})();
    const leaves = [channel.subscribe(() => {}), client.channel(name).onEvent(() => {})];
    await until(channel, isLive);
    for (const leave of leaves) leave();
    const { seen, stop } = trace(channel, ({ status }) => status);
    await publish(name, 1, 1);
    await until(channel, ({ last }) => last !== undefined);
    assert.deepEqual([seen, stage.gate.opened - opened], [["live"], 1]);
    stop();
    await stage.untilSubscribers(name, 0);
    assert.equal(channel.get().status, "idle");
  });

  it("leaves nothing behind after a thousand openings and closings", async () => {
    const client = open({ graceMs: 0 });
    client.connect();
    // The hub, which runs in this process too, remembers the streams of channels: they are the same thousand again.
    const churn = async (from: number, to: number): Promise<void> => {
      for (let n = from; n < to; n++) {
        const channel = client.channel(`tenant:${TENANT}:churn${n % 1000}`);
        const stops = [channel.subscribe(() => {}), channel.onEvent(() => {})];
        if (n % 10 === 0) await until(channel, isLive);
        for (const stop of stops) stop();
      }
      await stage.untilDeserted();
    };
    await churn(0, 1000);
    const before = await reachableBytes();
    await churn(1000, 3000);
    const growth = ((await reachableBytes()) - before) / 2000;
    // One subscription that stays behind weighs several thousand bytes.
    assert.ok(growth < 2000, `each channel left ${growth} bytes`);
    assert.equal(client.connection.get().status, "live");
  });
});

describe("presence", () => {
  const eva = { ...ANA, user: "eva" };

  it("knows who is there, who comes and who goes, each user once", async () => {
    const name = fresh();
    const client = open();
    const presence = client.presence<{ name: string }>(name);
    const stop = presence.subscribe(() => {});
    await until(presence, ({ users }) => users.includes("ana"));
    const tabs = [1, 2].map(() => open({ graceMs: 0, getToken: () => stage.hub.token(eva) }).channel(name));
    const leaves = tabs.map((tab) => tab.subscribe(() => {}));
    const { users } = await until(presence, ({ members }) => members.size === 3);
    assert.deepEqual([...users].sort(), ["ana", "eva"]);
    for (const leave of leaves) leave();
    await until(presence, ({ members }) => members.size === 1);
    stop();
    assert.deepEqual(presence.get(), { status: "idle", members: new Map(), users: [] });
  });

  it("is right again after a cut", async () => {
    const name = fresh();
    const presence = open().presence(name);
    const stop = presence.subscribe(() => {});
    await until(presence, ({ users }) => users.length === 1);
    stage.gate.cut();
    await until(presence, ({ status }) => status === "recovering");
    const other = createClient({ url: stage.hub.websocketUrl, getToken: () => stage.hub.token(eva) });
    await until(other.channel(name), isLive);
    stage.gate.restore();
    other.channel(name).subscribe(() => {});
    await until(presence, ({ users }) => users.includes("eva"));
    other.close();
    await until(presence, ({ users }) => !users.includes("eva"));
    stop();
  });

  it("joins a channel that is open already without losing an event", async () => {
    const name = fresh();
    const client = open();
    const channel = client.channel(name);
    const { heard, stop } = listen(channel);
    await until(channel, isLive);
    await publish(name, 1, 2);
    await until(channel, ({ last }) => last?.offset === 2);
    const presence = client.presence(name);
    const leave = presence.subscribe(() => {});
    await publish(name, 3, 5);
    await until(channel, ({ last }) => last?.offset === 5);
    await until(presence, ({ users }) => users.includes("ana"));
    assert.deepEqual(heard, range(5));
    leave();
    stop();
  });

  it("that the hub does not tell has failed, while the channel works", async () => {
    const name = fresh("short:*");
    const client = open();
    const presence = client.presence(name);
    const stop = presence.subscribe(() => {});
    const { reason } = await until(presence, ({ status }) => status === "failed");
    assert.equal(reason?.code, 108);
    assert.equal(client.channel(name).get().status, "live");
    stop();
  });
});
