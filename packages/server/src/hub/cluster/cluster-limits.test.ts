import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMemorySpace } from "../../engines/memory/index.ts";
import { createSeededIds } from "../../kit/ids.ts";
import { createVirtualClock } from "../../kit/virtual-clock.ts";
import { createGround, type Ground, type GroundOptions, type TestGrant } from "../hub-ground.fixture.ts";
import { DisconnectError } from "../index.ts";

async function createCluster(options: GroundOptions = {}) {
  const clock = createVirtualClock();
  const space = createMemorySpace({ clock, ids: createSeededIds(9) });
  const node = (seed: number): Promise<Ground> => createGround({ ...options, clock, space, seed });
  const nodes = [await node(1), await node(2), await node(3)] as const;
  return { clock, nodes };
}

const who = (user: string): TestGrant => ({ identity: { user } });

async function refusal(joining: Promise<unknown>): Promise<number> {
  try {
    await joining;
    return 0;
  } catch (error) {
    assert.ok(error instanceof DisconnectError);
    return error.disconnect.code;
  }
}

describe("connections in a cluster", () => {
  it("of a tenant are counted on all nodes together, also when they open at the same time", async () => {
    const { nodes } = await createCluster({ limits: { connections: 5 } });
    const joins = Array.from({ length: 12 }, (_, n) => (nodes[n % 3] ?? nodes[0]).join(who(`${n}`)));
    const codes = await Promise.all(joins.map(refusal));
    assert.deepEqual(codes.toSorted(), [...Array(5).fill(0), ...Array(7).fill(3504)]);
    const open = nodes.flatMap(({ hub }) => [...hub.sessions.values()]);
    assert.equal(open.length, 5);
    open[0]?.disconnect({ code: 3503, reason: "" });
    const next = await Promise.all(nodes.map((node) => refusal(node.join(who("new")))));
    assert.deepEqual(next.toSorted(), [0, 3504, 3504]);
  });

  it("of a user are counted on all nodes together, and other users and tenants are left alone", async () => {
    const { nodes } = await createCluster({ settings: { userConnectionLimit: 2 } });
    const codes = await Promise.all(nodes.map((node) => refusal(node.join(who("42")))));
    assert.deepEqual(codes.toSorted(), [0, 0, 3504]);
    assert.equal(await refusal(nodes[0].join(who("43"))), 0);
    assert.equal(await refusal(nodes[1].join({ identity: { user: "42", tenant: "other" } })), 0);
    assert.deepEqual(await Promise.all([1, 2, 3].map(() => refusal(nodes[2].join(who(""))))), [0, 0, 0]);
  });

  it("give their places back however they end, also when they never got so far", async () => {
    const { nodes } = await createCluster({ limits: { connections: 1 } });
    const [one, two] = nodes;
    const broken = await refusal(
      one.join({ identity: { user: "1" }, subscriptions: new Map([["nowhere:x", { expireAt: 0 }]]) }).catch(() => {
        throw new DisconnectError({ code: 1, reason: "" });
      }),
    );
    assert.equal(broken, 1, "the namespace does not exist");
    const { session } = await two.join(who("2"));
    session.closed(1000);
    assert.equal(await refusal(one.join(who("3"))), 0);
  });

  it("of a user give way to the newest on any node, where only one is to be", async () => {
    const settings = { personalChannel: { namespace: "open", singleConnection: true } };
    const { clock, nodes } = await createCluster({ settings });
    const first = await nodes[0].join(who("42"));
    clock.advance(1_000);
    const second = await nodes[1].join(who("42"));
    assert.deepEqual([first.outlet.closed?.code, second.outlet.closed], [3504, undefined]);
    clock.advance(1_000);
    // At the same moment on two nodes: both nodes keep the same one.
    const both = await Promise.all([nodes[0].join(who("42")), nodes[2].join(who("42"))]);
    assert.equal(second.outlet.closed?.code, 3504);
    assert.equal(both.filter(({ outlet }) => outlet.closed === undefined).length, 1);
  });
});

describe("a node that drains", () => {
  it("says so to the others, takes nobody, can still be reached, and is gone when it has stopped", async () => {
    const { clock, nodes } = await createCluster({ settings: { drain: { perSecond: 10, withinMs: 60_000 } } });
    const [one, two] = nodes;
    for (let n = 0; n < 30; n++) await one.join(who(`${n}`));
    void one.hub.drain();
    const seen = () => two.hub.cluster.nodes().find(({ uid }) => uid === one.hub.nodeId);
    assert.equal(seen()?.draining, true);
    assert.deepEqual(two.hub.cluster.staying().includes(one.hub.nodeId), false);
    assert.ok(two.hub.cluster.knows(one.hub.nodeId));
    assert.equal(await refusal(one.join(who("late"))), 3001);
    assert.ok(one.hub.sessions.size >= 28);
    clock.advance(1_000);
    assert.ok(one.hub.sessions.size >= 15 && one.hub.sessions.size < 25, `${one.hub.sessions.size}`);
    clock.advance(3_000);
    assert.equal(one.hub.sessions.size, 0);
    await one.hub.stop();
    assert.equal(seen(), undefined);
  });
});
