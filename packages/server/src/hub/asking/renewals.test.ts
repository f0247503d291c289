import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createGround, openNamespace } from "../hub-ground.fixture.ts";
import {
  type Application,
  DisconnectError,
  HubError,
  type RefreshAnswer,
  refresh,
  refreshSubscription,
  type SubRefreshAnswer,
  subscribe,
} from "../index.ts";

/** Lets answers that are there arrive. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function setUp(application: Application, { serverSide = false } = {}) {
  const ground = await createGround({ application, settings: { pingIntervalMs: 0 } });
  const start = ground.clock.now() / 1000;
  const subscriptions = new Map(serverSide ? [["open:a", { expireAt: start + 60 }]] : []);
  const expireAt = application.refresh ? start + 60 : 0;
  const joined = await ground.join({ identity: { user: "42" }, expireAt, subscriptions });
  const advance = async (seconds: number): Promise<void> => {
    for (let i = 0; i < seconds * 2; i++) {
      ground.clock.advance(500);
      await settle();
    }
  };
  return { ...ground, ...joined, start, advance };
}

describe("a connection that the application prolongs", () => {
  it("is asked for shortly before its end, and its client has nothing to do", async () => {
    const asked: number[] = [];
    const application: Application = {
      refresh: async ({ asker }): Promise<RefreshAnswer> => {
        assert.equal(asker.user, "42");
        asked.push(clock.now() / 1000 - start);
        return { expired: false, expireAt: start + 60 * (asked.length + 1), info: '{"round":1}' };
      },
    };
    const { clock, start, session, outlet, reply, advance, hub } = await setUp(application);
    assert.deepEqual({ expires: reply.expires, ttl: reply.ttl }, { expires: false, ttl: 0 });
    await advance(150);
    assert.equal(outlet.closed, undefined);
    assert.deepEqual(asked.map(Math.round), [55, 115]);
    assert.equal(session.grant.info, '{"round":1}');
    await assert.rejects(
      refresh(hub, session, "a token"),
      (error) => error instanceof DisconnectError && error.disconnect.code === 3501,
    );
  });

  it("ends with 3005 when it says so, answers nothing, or names a moment in the past", async () => {
    for (const answer of [{ expired: true, expireAt: 0 }, undefined, { expired: false, expireAt: 1 }]) {
      const { outlet, advance } = await setUp({ refresh: async () => answer });
      await advance(58);
      assert.equal(outlet.closed?.code, 3005);
    }
  });

  it("outlives failures that end within the grace, and not longer ones", async () => {
    let failing = true;
    let asked = 0;
    const application: Application = {
      refresh: async () => {
        asked++;
        if (failing) throw new HubError("internal");
        return { expired: false, expireAt: 0 };
      },
    };
    const first = await setUp(application);
    await first.advance(80);
    assert.ok(asked > 3 && asked < 40, `asked ${asked} times`);
    failing = false;
    await first.advance(100);
    assert.equal(first.outlet.closed, undefined);
    failing = true;
    const second = await setUp(application);
    await second.advance(87);
    assert.equal(second.outlet.closed?.code, 3005);
  });

  it("ends as the application wishes", async () => {
    const { outlet, advance } = await setUp({
      refresh: async () => {
        throw new DisconnectError({ code: 4501, reason: "banned" });
      },
    });
    await advance(58);
    assert.deepEqual(outlet.closed, { code: 4501, reason: "banned" });
  });
});

describe("a subscription that the application prolongs", () => {
  const prolonging = (answer: (round: number) => SubRefreshAnswer | undefined): Application => {
    let round = 0;
    return { refreshesIn: ({ name }) => name === openNamespace.name, subRefresh: async () => answer(++round) };
  };

  it("goes on when it says so, and then ends with 2501", async () => {
    const application: Application = {
      ...prolonging((round) => ({ expired: round > 1, expireAt: start + 120, info: '"new"' })),
      subscribe: async () => ({ expireAt: start + 60 }),
    };
    const { hub, session, outlet, start, advance } = await setUp(application);
    let expires: boolean | undefined;
    const reply = (result: { expires: boolean }): void => {
      expires = result.expires;
    };
    await subscribe(hub, session, { channel: "open:a", token: "", reply });
    assert.equal(expires, false);
    await assert.rejects(
      refreshSubscription(hub, session, { channel: "open:a", token: "x" }),
      (error) => error instanceof DisconnectError && error.disconnect.code === 3501,
    );
    await advance(90);
    assert.equal(session.subscriptions.get("open:a")?.info, '"new"');
    await advance(30);
    assert.equal(session.subscriptions.size, 0);
    assert.ok(outlet.received.some((push) => push.type === "unsubscribe" && push.code === 2501));
  });

  it("ends the connection with 3006 when the server gave it", async () => {
    const { outlet, advance } = await setUp(
      prolonging(() => undefined),
      { serverSide: true },
    );
    await advance(58);
    assert.equal(outlet.closed?.code, 3006);
  });
});
