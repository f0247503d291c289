import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createGround, type Ground, type GroundOptions, openNamespace, type TestOutlet } from "./hub-ground.fixture.ts";
import {
  apiCaller,
  type Engine,
  type Namespace,
  type Push,
  publish,
  type SubscribeRequest,
  type SubscribeResult,
  subscribe,
} from "./index.ts";

type Client = Awaited<ReturnType<Ground["join"]>>;

async function ground(options: Partial<Namespace>, more: GroundOptions = {}): Promise<Ground> {
  const namespaces = [{ ...openNamespace, ...options }];
  return createGround({ ...more, namespaces, settings: { pingIntervalMs: 0, ...more.settings } });
}

async function enter(
  { hub }: Ground,
  { session }: Client,
  wish: Partial<SubscribeRequest> = {},
): Promise<SubscribeResult> {
  return new Promise((resolve, reject) => {
    subscribe(hub, session, { channel: "open:a", token: "", reply: resolve, ...wish }).catch(reject);
  });
}

const send = (on: Ground, data: string, more = {}) =>
  publish(on.hub, apiCaller(on.hub, { name: "test", scopes: ["*"] }, ""), { channel: "open:a", data, ...more });

const isPublication = (push: { type: string }): push is Extract<Push, { type: "publication" }> =>
  push.type === "publication";
const live = (outlet: TestOutlet): number[] =>
  outlet.received.filter(isPublication).map(({ publication }) => publication.offset);
const recovered = ({ publications }: SubscribeResult): number[] => publications.map(({ offset }) => offset);

/** An engine whose history waits until it is let go. */
function slowHistory(): { wrapEngine: (engine: Engine) => Engine; asked: Promise<void>; answer: () => void } {
  const gate = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const wrapEngine = (engine: Engine): Engine => ({
    ...engine,
    broker: {
      ...engine.broker,
      async history(...query) {
        asked.resolve();
        await gate.promise;
        return engine.broker.history(...query);
      },
    },
  });
  return { wrapEngine, asked: asked.promise, answer: gate.resolve };
}

describe("batches and recovery", () => {
  for (const [what, options] of [
    ["all leave", { batchMaxDelayMs: 200 }],
    ["only the latest leaves", { batchMaxDelayMs: 200, batchLatestOnly: true }],
  ] as const) {
    it(`bring each publication once to the first who recovers while the first batch waits, where ${what}`, async () => {
      const { wrapEngine, asked, answer } = slowHistory();
      const on = await ground(options, { wrapEngine });
      const client = await on.join({ identity: { user: "a" } });
      const entering = enter(on, client, { recover: { offset: 0, epoch: "" } });
      await asked;
      for (const n of [1, 2, 3]) await send(on, `${n}`);
      answer();
      const result = await entering;
      on.clock.advance(250);
      await send(on, "4");
      on.clock.advance(250);
      const got = [...recovered(result), ...live(client.outlet)];
      assert.deepEqual(got, [1, 2, 3, 4]);
    });
  }

  it("tell a first subscriber without a past a position that the waiting batch follows", async () => {
    const { wrapEngine, asked, answer } = slowHistory();
    const on = await ground({ batchMaxDelayMs: 200 }, { wrapEngine });
    const client = await on.join({ identity: { user: "a" } });
    const entering = enter(on, client);
    await asked;
    for (const n of [1, 2, 3]) await send(on, `${n}`);
    answer();
    const { position } = await entering;
    on.clock.advance(250);
    const got = live(client.outlet);
    assert.deepEqual(
      got,
      [1, 2, 3].filter((offset) => offset > (position?.offset ?? 0)),
    );
  });
});
