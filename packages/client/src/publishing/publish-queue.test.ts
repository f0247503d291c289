import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { openClients, openStage, type Stage } from "../bindings/stage.fixture.ts";
import type { Connection, ConnectionState } from "../connection.ts";
import type { Clock } from "../kit/clock.ts";
import { createCell } from "../store.ts";
import { until } from "../until.fixture.ts";
import { createPublishQueue, PublishError } from "./publish-queue.ts";

let stage: Stage;
before(async () => {
  const mayBoth = { allow_publish_for_client: true, allow_subscribe_for_client: true };
  stage = await openStage({
    channel: {
      namespaces: [
        { name: "open", ...mayBoth },
        { name: "read", allow_subscribe_for_client: true },
      ],
    },
  });
});
const open = openClients(() => stage);
after(() => stage.close());

/** What reaches somebody whose connection is never cut. */
async function listener(
  channel: string,
): Promise<{ readonly heard: unknown[]; readonly count: (n: number) => Promise<unknown> }> {
  const heard: unknown[] = [];
  const view = open({ url: stage.hub.websocketUrl }).channel(channel);
  view.onEvent((event) => heard.push(event));
  await until(view, ({ status }) => status === "live");
  return { heard, count: (n) => until(view, () => heard.length === n) };
}

/** A socket that loses the answer to its first publish, and breaks at that moment. */
function forgetful(): { readonly websocket: typeof WebSocket; readonly forgotten: () => number } {
  let forgotten = 0;
  class ForgetfulSocket extends WebSocket {
    override send(data: string): void {
      super.send(data);
      if (forgotten > 0 || !data.includes('"publish"')) return;
      forgotten += 1;
      this.onmessage = () => this.close();
    }
  }
  return { websocket: ForgetfulSocket, forgotten: () => forgotten };
}

const refusal =
  (code: number, message: RegExp) =>
  (error: unknown): boolean =>
    error instanceof PublishError && error.code === code && message.test(error.message);

describe("publishing", () => {
  it("without a connection waits, in order, and resolves with the hub's word", async () => {
    const { heard, count } = await listener("open:a");
    const client = open();
    stage.gate.cut();
    const promises = [1, 2, 3, 4].map((n) => client.publish("open:a", { n }));
    assert.equal(client.queue.get().waiting, 4);
    await until(client.connection, ({ attempts }) => attempts > 1);
    stage.gate.restore();
    await Promise.all(promises);
    await count(4);
    assert.deepEqual(
      heard,
      [1, 2, 3, 4].map((n) => ({ n })),
    );
    assert.deepEqual(client.queue.get(), { waiting: 0, dropped: 0 });
  });

  it("is heard once, though the hub's answer got lost and it was sent again", async () => {
    const { heard, count } = await listener("open:b");
    const { websocket, forgotten } = forgetful();
    const client = open({ websocket });
    await client.publish("open:b", { type: "note", data: { text: "once" } });
    await client.publish("open:b", { type: "note", data: { text: "after" } });
    await count(2);
    assert.equal(forgotten(), 1);
    assert.deepEqual(
      heard.map((event) => (event as { data: unknown }).data),
      [{ text: "once" }, { text: "after" }],
    );
  });

  it("where it is forbidden is refused with the hub's code, and delays nobody", async () => {
    const client = open();
    const forbidden = client.publish("read:a", {});
    const allowed = client.publish("open:c", {});
    await assert.rejects(forbidden, refusal(103, /not published in read:a/));
    await allowed;
    const { dropped, lastDrop } = client.queue.get();
    assert.deepEqual([dropped, lastDrop?.publish.channel], [1, "read:a"]);
  });

  it("is refused at once when too many wait, and told", async () => {
    const told: string[] = [];
    const client = open({ queue: { limit: 2, onDrop: ({ message }) => told.push(message) } });
    stage.gate.cut();
    const waiting = [client.publish("open:d", 1), client.publish("open:d", 2)];
    await assert.rejects(client.publish("open:d", 3), refusal(0, /2 others wait already/));
    assert.equal(told.length, 1);
    stage.gate.restore();
    await Promise.all(waiting);
  });

  it("that waited for too long is dropped", async () => {
    const client = open({ queue: { maxAgeMs: -1 } });
    await assert.rejects(client.publish("open:e", 1), refusal(0, /waited for too long/));
  });

  it("takes what was written as it was then, and refuses at once what JSON cannot say", async () => {
    const { heard, count } = await listener("open:g");
    const client = open();
    const note = { text: "then" };
    const published = client.publish("open:g", note);
    note.text = "now";
    await published;
    await count(1);
    assert.deepEqual(heard, [{ text: "then" }]);
    await assert.rejects(client.publish("open:g", { n: 1n }), TypeError);
    assert.equal(client.queue.get().waiting, 0);
  });

  it("that waits is refused when the client is closed", async () => {
    const client = open();
    stage.gate.cut();
    const waiting = client.publish("open:f", 1);
    client.close();
    await assert.rejects(waiting, refusal(0, /closed/));
  });
});

describe("queue", () => {
  it("keeps each channel's order and settles everything once, whatever the connection does", async () => {
    const outcome = fc.constantFrom("taken", "refused", "busy", "cut", "lost");
    const script = fc.record({
      channels: fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 12 }),
      outcomes: fc.array(outcome, { maxLength: 30 }),
    });
    await fc.assert(fc.asyncProperty(script, play), { numRuns: 200 });
  });
});

const FAILURES = {
  refused: { code: 103, message: "permission denied" },
  busy: { code: 111, message: "too many requests", temporary: true },
  cut: { code: 11, message: "connection closed" },
  lost: { code: 1, message: "timeout" },
};

/** Publishes into a hub that answers as the script says, and takes everything once the script is over. */
async function play({
  channels,
  outcomes,
}: {
  readonly channels: readonly string[];
  readonly outcomes: readonly ("taken" | keyof typeof FAILURES)[];
}): Promise<void> {
  const live: ConnectionState = { status: "live", attempts: 0 };
  const cell = createCell<ConnectionState>(live);
  const script = [...outcomes];
  const taken = new Map<string, number[]>();
  const inFlight = new Set<string>();
  const centrifuge = {
    async publish(channel: string, n: number) {
      assert.ok(!inFlight.has(channel), "one at a time in each channel");
      inFlight.add(channel);
      await Promise.resolve();
      inFlight.delete(channel);
      const what = script.shift() ?? "taken";
      if (what === "cut") {
        cell.set({ status: "recovering", attempts: 0 });
        queueMicrotask(() => queueMicrotask(() => cell.set(live)));
      }
      if (what !== "taken") throw FAILURES[what];
      taken.set(channel, [...(taken.get(channel) ?? []), n]);
    },
  };
  const connection = { ...cell, centrifuge, hold: () => () => {} } as unknown as Connection;
  const clock: Clock = {
    now: () => 0,
    after(_, task) {
      queueMicrotask(task);
      return () => {};
    },
  };
  const queue = createPublishQueue({ connection, clock, retryMs: 1 });
  const published = channels.map((channel, n) => queue.publish(channel, n));
  const results = await Promise.allSettled(published);
  for (const channel of new Set(channels)) {
    const expected = channels.flatMap((name, n) => (name === channel && results[n]?.status === "fulfilled" ? [n] : []));
    assert.deepEqual(taken.get(channel) ?? [], expected);
  }
  const refused = results.filter(({ status }) => status === "rejected").length;
  const said = outcomes.slice(0, outcomes.length - script.length);
  assert.equal(refused, said.filter((what) => what === "refused").length);
  assert.deepEqual([queue.get().waiting, queue.get().dropped], [0, refused]);
}
