import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type RedisServer, startRedisServer } from "../../engines/redis/processes/redis-server.fixture.ts";
import { startTestHub, type TestHub } from "../../testing.ts";
import { createTalk, type Talk } from "./driver/talk.fixture.ts";

describe("the plain door of two nodes over Redis", () => {
  let redis: RedisServer;
  const nodes: TestHub[] = [];
  const talks: Talk[] = [];

  before(async () => {
    redis = await startRedisServer();
    const config = {
      engine: { type: "redis", redis: { address: redis.url } },
      plain_websocket: { roles: ["admin"], channel: "admin:sales" },
    };
    nodes.push(await startTestHub({ config }), await startTestHub({ config }));
  });
  after(async () => {
    for (const talk of talks) await talk.close();
    await Promise.all(nodes.map((node) => node.stop()));
    await redis.stop();
  });

  async function enter(at: TestHub, since?: unknown): Promise<Talk> {
    const talk = await createTalk(`${at.url.replace(/^http/, "ws")}/ws`);
    talks.push(talk);
    talk.say({ type: "auth", token: await at.token({ user: "ada", roles: ["admin"] }), since });
    await talk.hear("auth_success");
    return talk;
  }

  it("brings an admin who moves to the other node what he missed, once and in order", async () => {
    const [one, other] = nodes;
    assert.ok(one && other);
    const publish = (at: TestHub, data: number): Promise<unknown> =>
      at.api("publish", { channel: "admin:sales", data });
    const first = await enter(one);
    await publish(other, 1);
    const { id } = await first.hear("event");
    await first.close();
    await publish(one, 2);
    await publish(other, 3);
    const second = await enter(other, id);
    await publish(one, 4);
    await second.hear("event", ({ event }) => event === 4);
    assert.deepEqual(second.events, [2, 3, 4]);
    assert.equal(
      second.frames.some(({ type }) => type === "event_gap"),
      false,
    );
  });
});
