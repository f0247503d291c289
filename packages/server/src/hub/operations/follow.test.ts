import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMemorySpace } from "../../engines/memory/index.ts";
import { createSeededIds } from "../../kit/ids.ts";
import { createVirtualClock } from "../../kit/virtual-clock.ts";
import { createGround, type Ground, openNamespace } from "../hub-ground.fixture.ts";
import { type Caller, follow, HubError, publish, removeHistory } from "../index.ts";

const channel = "open:a";

function callerIn({ hub }: Ground, id = "default"): Caller {
  const tenant = hub.directory.tenant(id);
  assert.ok(tenant);
  return { tenant, crossesTenants: false, session: undefined };
}

async function followed(ground: Ground): Promise<{ offsets: number[]; losses: () => number; end: () => void }> {
  const offsets: number[] = [];
  let losses = 0;
  const { end } = await follow(ground.hub, callerIn(ground), {
    channel,
    publication: ({ offset }) => offsets.push(offset),
    lost: () => {
      losses++;
    },
  });
  return { offsets, losses: () => losses, end };
}

const say = (ground: Ground, data = "1"): Promise<unknown> => publish(ground.hub, callerIn(ground), { channel, data });

describe("following a channel", () => {
  it("brings every publication from then on, in order, until it is ended", async () => {
    const ground = await createGround();
    await say(ground);
    const { offsets, end } = await followed(ground);
    for (let count = 0; count < 5; count++) await say(ground);
    end();
    end();
    await say(ground);
    assert.deepEqual(offsets, [2, 3, 4, 5, 6]);
    await ground.hub.stop();
  });

  it("makes nobody present and no channel occupied", async () => {
    const ground = await createGround();
    const events: string[] = [];
    ground.hub.listen(({ type }) => events.push(type));
    const { end } = await followed(ground);
    end();
    assert.deepEqual(events, []);
    await ground.hub.stop();
  });

  it("keeps the feed when subscribers leave, and leaves it when nobody reads any more", async () => {
    const ground = await createGround();
    const { offsets, end } = await followed(ground);
    const { session } = await ground.join({
      identity: { user: "ana" },
      subscriptions: new Map([[channel, { expireAt: 0 }]]),
    });
    session.closed(1000);
    ground.clock.advance(10_000);
    await say(ground);
    assert.deepEqual(offsets, [1]);
    end();
    ground.clock.advance(10_000);
    await Promise.resolve();
    await new Promise<void>((resolve) => setImmediate(resolve));
    assert.equal(ground.hub.channels.live.size, 0);
    await ground.hub.stop();
  });

  it("fetches what was lost on the way from history, and says when it is not there any more", async () => {
    const clock = createVirtualClock();
    const space = createMemorySpace({ clock, ids: createSeededIds(1) });
    let deaf = false;
    const reader = await createGround({
      clock,
      space,
      wrapEngine: (engine) => ({
        ...engine,
        start: (node, events) =>
          engine.start(node, {
            ...events,
            publication: (...event) => {
              if (!deaf) events.publication(...event);
            },
          }),
      }),
    });
    const writer = await createGround({ clock, space, seed: 2 });
    const { offsets, losses } = await followed(reader);
    const settle = async (): Promise<void> => {
      for (let turn = 0; turn < 5; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
    };
    await say(writer);
    deaf = true;
    await say(writer);
    deaf = false;
    await say(writer);
    await settle();
    assert.deepEqual([offsets, losses()], [[1, 2, 3], 0]);
    deaf = true;
    await say(writer);
    await removeHistory(writer.hub, callerIn(writer), channel);
    deaf = false;
    await say(writer);
    await settle();
    assert.deepEqual([offsets, losses()], [[1, 2, 3, 5], 1]);
    await reader.hub.stop();
    await writer.hub.stop();
  });

  it("takes nothing from subscribers when a reader throws", async () => {
    const ground = await createGround();
    const bad = { channel, publication: () => assert.fail("a bad reader") };
    await follow(ground.hub, callerIn(ground), bad);
    const { offsets } = await followed(ground);
    const { outlet } = await ground.join({
      identity: { user: "ana" },
      subscriptions: new Map([[channel, { expireAt: 0 }]]),
    });
    await say(ground);
    await say(ground);
    assert.deepEqual(offsets, [1, 2]);
    assert.equal(outlet.received.filter(({ type }) => type === "publication").length, 2);
    await ground.hub.stop();
  });

  it("stays within the tenant of who follows", async () => {
    const ground = await createGround({ namespaces: [openNamespace] });
    const { offsets, end } = await followed(ground);
    await publish(ground.hub, callerIn(ground, "acme"), { channel, data: "1" });
    assert.deepEqual(offsets, []);
    const platform = { channel: "admin:audit", publication: () => {} };
    await assert.rejects(follow(ground.hub, callerIn(ground), platform), HubError);
    end();
    await ground.hub.stop();
  });
});
