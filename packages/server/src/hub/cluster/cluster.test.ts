import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMemorySpace } from "../../engines/memory/index.ts";
import { createSeededIds } from "../../kit/ids.ts";
import { createVirtualClock } from "../../kit/virtual-clock.ts";
import { createGround, type Ground } from "../hub-ground.fixture.ts";
import { channels, connections, type Engine, info, type NodeInfo, subscribe } from "../index.ts";
import { createCluster } from "./cluster.ts";

/** Two nodes of one space; what the second one sends can be held back, as by a network that broke. */
async function setUp() {
  const clock = createVirtualClock();
  const space = createMemorySpace({ clock, ids: createSeededIds(9) });
  const settings = { pingIntervalMs: 0 };
  let silent = false;
  const wrapEngine = (engine: Engine): Engine => ({
    ...engine,
    control: { send: async (message, node) => (silent ? undefined : engine.control.send(message, node)) },
  });
  const first = await createGround({ clock, space, settings, seed: 1 });
  const second = await createGround({ clock, space, settings, seed: 2, wrapEngine });
  return {
    clock,
    nodes: [first, second] as const,
    silence() {
      silent = true;
    },
  };
}

async function enter(ground: Ground, names: readonly string[], tenant = "default"): Promise<void> {
  const { session } = await ground.join({ identity: { user: "42", tenant } });
  for (const channel of names) await subscribe(ground.hub, session, { channel, token: "", reply: () => {} });
}

const node = (uid: string): NodeInfo => ({
  uid,
  name: uid,
  version: "",
  clients: 0,
  users: 0,
  subscriptions: 0,
  channels: 0,
  uptime: 0,
  rssBytes: 0,
  cpuPercent: 0,
  lagMs: 0,
  draining: false,
});

const all = (ground: Ground, pattern = "") => channels(ground.hub, caller(ground), { pattern, limit: 0, cursor: "" });

const caller = ({ hub }: Ground, crossesTenants = false) => {
  const tenant = hub.directory.tenant("default");
  assert.ok(tenant);
  return { tenant, crossesTenants, session: undefined };
};

describe("a cluster", () => {
  it("knows its nodes as soon as they are there, from either side", async () => {
    const { nodes } = await setUp();
    for (const { hub } of nodes) {
      assert.deepEqual(
        hub.cluster
          .nodes()
          .map(({ uid }) => uid)
          .sort(),
        nodes.map((each) => each.hub.nodeId).sort(),
      );
      assert.equal(hub.cluster.nodes()[0]?.uid, hub.nodeId);
    }
  });

  it("forgets a node that says goodbye at once, and one that falls silent after five seconds", async () => {
    const leaving = await setUp();
    await leaving.nodes[1].hub.stop();
    assert.equal(leaving.nodes[0].hub.cluster.nodes().length, 1);
    const breaking = await setUp();
    breaking.clock.advance(60_000);
    breaking.silence();
    breaking.clock.advance(4_000);
    assert.equal(breaking.nodes[0].hub.cluster.nodes().length, 2);
    breaking.clock.advance(3_000);
    assert.equal(breaking.nodes[0].hub.cluster.nodes().length, 1);
    assert.equal(breaking.nodes[1].hub.cluster.nodes().length, 2, "it still hears the other");
  });

  it("tells figures of every node: the operator those of all, a tenant its own", async () => {
    const { nodes, clock } = await setUp();
    await enter(nodes[0], ["open:a", "open:b"]);
    await enter(nodes[1], ["open:a"]);
    await enter(nodes[1], ["open:a"], "other");
    clock.advance(3_100);
    const figures = async (crossing: boolean): Promise<number[][]> =>
      (await info(nodes[0].hub, caller(nodes[0], crossing))).nodes.map((node) => [
        node.clients,
        node.users,
        node.subscriptions,
        node.channels,
      ]);
    assert.deepEqual(await figures(true), [
      [1, 1, 2, 2],
      [2, 2, 2, 2],
    ]);
    assert.deepEqual(await figures(false), [
      [1, 1, 2, 2],
      [1, 1, 1, 1],
    ]);
    const {
      nodes: [own],
    } = await info(nodes[0].hub, caller(nodes[0]));
    assert.deepEqual([own?.uptime, own?.rssBytes], [0, 0], "nothing of the process for a tenant");
  });

  it("collects the channels of every node, by pattern, and adds their clients up", async () => {
    const { nodes } = await setUp();
    await enter(nodes[0], ["open:a", "open:b"]);
    await enter(nodes[1], ["open:a", "open:c"]);
    await enter(nodes[1], ["open:a", "open:foreign"], "other");
    const ask = async (pattern: string) => [...(await all(nodes[0], pattern)).channels];
    assert.deepEqual(await ask(""), [
      ["open:a", 2],
      ["open:b", 1],
      ["open:c", 1],
    ]);
    assert.deepEqual(await ask("*:c"), [["open:c", 1]]);
  });

  it("says which node did not answer, and gives what the others have", async () => {
    const { nodes, clock, silence } = await setUp();
    await enter(nodes[0], ["open:a"]);
    await enter(nodes[1], ["open:b"]);
    silence();
    const missing = [{ uid: nodes[1].hub.nodeId, name: "test" }];
    const asked = Promise.all([
      all(nodes[0]),
      info(nodes[0].hub, caller(nodes[0])),
      connections(nodes[0].hub, caller(nodes[0]), { user: "", limit: 0, cursor: "" }),
    ]);
    clock.advance(10_100);
    const [found, { nodes: infos, missing: silent }, page] = await asked;
    assert.deepEqual([[...found.channels.keys()], found.missing], [["open:a"], missing]);
    assert.deepEqual([infos.map(({ uid }) => uid), silent], [[nodes[0].hub.nodeId], missing]);
    assert.deepEqual([page.connections.length, page.missing], [1, missing]);
  });

  it("does not wait for answers when it stops, nor for a node that says goodbye", async () => {
    const { nodes, silence } = await setUp();
    silence();
    const answer = all(nodes[0]);
    await nodes[0].hub.stop();
    assert.equal((await answer).missing.length, 1);
    const leaving = await setUp();
    const asked = all(leaving.nodes[0]);
    await leaving.nodes[1].hub.stop();
    assert.deepEqual((await asked).missing, []);
  });

  it("does not think the others gone when this node stood still itself", () => {
    const clock = createVirtualClock();
    let beat = (): void => {};
    const cluster = createCluster({
      self: "a",
      control: { send: async () => {} },
      clock: {
        ...clock,
        every(_ms, task) {
          beat = task;
          return () => {};
        },
      },
      ids: createSeededIds(1),
      describe: () => node("a"),
      draining: () => false,
      answer: () => undefined,
      handle: () => {},
      changed: () => {},
      failed: (error) => assert.fail(String(error)),
    });
    cluster.start();
    cluster.receive({ kind: "node", info: node("b") }, "b");
    clock.advance(60_000);
    beat();
    assert.deepEqual(cluster.alive(), ["a", "b"]);
    for (let seconds = 0; seconds < 6; seconds++) {
      clock.advance(1_000);
      beat();
    }
    assert.deepEqual(cluster.alive(), ["a"], "and does not wait for ever");
  });
});
