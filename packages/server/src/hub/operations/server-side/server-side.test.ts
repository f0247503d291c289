import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMemorySpace } from "../../../engines/memory/index.ts";
import { createSeededIds } from "../../../kit/ids.ts";
import { createVirtualClock } from "../../../kit/virtual-clock.ts";
import { createGround, type Ground, type TestOutlet } from "../../hub-ground.fixture.ts";
import {
  type Caller,
  disconnect,
  presence,
  publish,
  type Session,
  serverRefresh,
  serverSubscribe,
  serverUnsubscribe,
} from "../../index.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const channel = "open:room";
const of = (user: string, fields: { client?: string; session?: string } = {}) => ({
  user,
  client: "",
  session: "",
  ...fields,
});
const types = (outlet: TestOutlet): string[] => outlet.received.map((push) => push.type);

interface Cluster {
  readonly nodes: readonly [Ground, Ground];
  readonly clock: Ground["clock"];
  readonly caller: Caller;
}

async function createCluster(): Promise<Cluster> {
  const clock = createVirtualClock();
  const space = createMemorySpace({ clock, ids: createSeededIds(9) });
  const settings = { pingIntervalMs: 0 };
  const nodes = [
    await createGround({ clock, space, settings, seed: 1 }),
    await createGround({ clock, space, settings, seed: 2 }),
  ] as const;
  const tenant = nodes[0].hub.directory.tenant("default");
  assert.ok(tenant);
  return { nodes: [nodes[0], nodes[1]], clock, caller: { tenant, crossesTenants: false, session: undefined } };
}

/** The same user on both nodes, with a bystander of another name and one of another tenant on each. */
async function populate({ nodes }: Cluster) {
  const join = (node: Ground, user: string, tenant = "default") => node.join({ identity: { user, tenant } });
  const meant = [await join(nodes[0], "42"), await join(nodes[1], "42")];
  const others = [
    await join(nodes[0], "7"),
    await join(nodes[1], "7"),
    await join(nodes[0], "42", "other"),
    await join(nodes[1], "42", "other"),
  ];
  return { meant, others };
}

const subscribedTo = (people: readonly { session: Session }[]): number[] =>
  people.map(({ session }) => session.subscriptions.size);

describe("what the server orders reaches every node", () => {
  it("subscribe: the user is in on both, is told, hears publications, and nobody else is", async () => {
    const cluster = await createCluster();
    const { meant, others } = await populate(cluster);
    const [{ hub }] = cluster.nodes;
    const grant = { expireAt: 0, info: new Uint8Array([1, 2]), data: '{"hello":1}' };
    await serverSubscribe(hub, cluster.caller, { ...of("42"), channel, ...grant });
    await turn();
    await publish(hub, cluster.caller, { channel, data: "1" });
    assert.deepEqual(subscribedTo(others), [0, 0, 0, 0]);
    for (const { outlet } of meant) {
      assert.deepEqual(types(outlet), ["subscribe", "publication"]);
      const [told] = outlet.received;
      assert.ok(told?.type === "subscribe");
      assert.deepEqual([told.result.recoverable, told.result.data], [true, grant.data]);
    }
    const infos = (await presence(hub, cluster.caller, channel)).map(({ chanInfo }) => chanInfo);
    assert.deepEqual(infos, [grant.info, grant.info]);
    await serverSubscribe(hub, cluster.caller, { ...of("42"), channel, expireAt: 0 });
    assert.equal(types(meant[0]?.outlet as TestOutlet).length, 2, "a second time it is there already");
  });

  it("subscribe with a position: what was missed follows the push at once", async () => {
    const cluster = await createCluster();
    const { meant } = await populate(cluster);
    const [{ hub }] = cluster.nodes;
    for (const data of ["1", "2"]) await publish(hub, cluster.caller, { channel, data });
    const recoverSince = { offset: 0, epoch: "" };
    await serverSubscribe(hub, cluster.caller, { ...of("42"), channel, expireAt: 0, recoverSince });
    await turn();
    for (const { outlet } of meant) assert.deepEqual(types(outlet), ["subscribe", "publication", "publication"]);
  });

  it("unsubscribe: of one channel, or of all", async () => {
    const cluster = await createCluster();
    const { meant } = await populate(cluster);
    const [{ hub }] = cluster.nodes;
    for (const name of ["open:1", "open:2", "open:3"]) {
      await serverSubscribe(hub, cluster.caller, { ...of("42"), channel: name, expireAt: 0 });
    }
    await turn();
    serverUnsubscribe(hub, cluster.caller, { ...of("42"), channel: "open:1" });
    await turn();
    assert.deepEqual(subscribedTo(meant), [2, 2]);
    for (const { outlet } of meant) {
      const end = outlet.received.at(-1);
      assert.ok(end?.type === "unsubscribe" && end.channel === "open:1" && end.code === 2000);
    }
    serverUnsubscribe(hub, cluster.caller, { ...of("42"), channel: "" });
    await turn();
    assert.deepEqual(subscribedTo(meant), [0, 0]);
  });

  it("disconnect: with the code that was named, but for those who stay", async () => {
    const cluster = await createCluster();
    const { meant, others } = await populate(cluster);
    const [{ hub }] = cluster.nodes;
    const whitelist = [meant[1]?.session.id ?? ""];
    const order = { code: 4321, reason: "own" };
    disconnect(hub, cluster.caller, { ...of("42"), whitelist, disconnect: order });
    await turn();
    assert.deepEqual(
      meant.map(({ outlet }) => outlet.closed),
      [order, undefined],
    );
    disconnect(hub, cluster.caller, { ...of("42"), whitelist: [] });
    await turn();
    assert.equal(meant[1]?.outlet.closed?.code, 3503);
    for (const { outlet } of others) assert.equal(outlet.closed, undefined);
  });

  it("refresh: prolongs with a push, or ends with 3005", async () => {
    const cluster = await createCluster();
    const { meant } = await populate(cluster);
    const [{ hub }] = cluster.nodes;
    const expireAt = cluster.clock.now() / 1000 + 30;
    serverRefresh(hub, cluster.caller, { ...of("42"), expired: false, expireAt, info: '{"new":1}' });
    await turn();
    for (const { outlet, session } of meant) {
      assert.deepEqual(outlet.received, [{ type: "refresh", expires: true, ttl: 30 }]);
      assert.equal(session.clientInfo().connInfo, '{"new":1}');
    }
    cluster.clock.advance(55_100);
    for (const { outlet } of meant) assert.equal(outlet.closed?.code, 3005);
    const again = await populate(cluster);
    serverRefresh(hub, cluster.caller, { ...of("42"), expired: true, expireAt: 0 });
    await turn();
    for (const { outlet } of again.meant) assert.equal(outlet.closed?.code, 3005);
    for (const { outlet } of again.others) assert.equal(outlet.closed, undefined);
  });
});

describe("whom an order means", () => {
  it("can be one client or one session alone, on whichever node it is", async () => {
    const cluster = await createCluster();
    const { meant, others } = await populate(cluster);
    const [{ hub }] = cluster.nodes;
    const [here, there] = meant;
    assert.ok(here && there);
    disconnect(hub, cluster.caller, { ...of("", { client: there.session.id }), whitelist: [] });
    disconnect(hub, cluster.caller, { ...of("", { session: here.session.sessionId }), whitelist: [] });
    await turn();
    assert.deepEqual(
      meant.map(({ outlet }) => outlet.closed?.code),
      [3503, 3503],
    );
    for (const { outlet } of others) assert.equal(outlet.closed, undefined);
  });

  it("is every condition that is named, and never one of another tenant", async () => {
    const cluster = await createCluster();
    const { meant, others } = await populate(cluster);
    const [{ hub }] = cluster.nodes;
    const foreign = others[2]?.session;
    assert.ok(foreign);
    for (const target of [
      of("7", { client: meant[0]?.session.id ?? "" }),
      of("42", { client: foreign.id }),
      of("", { client: foreign.id }),
      of("", { session: foreign.sessionId }),
    ]) {
      disconnect(hub, cluster.caller, { ...target, whitelist: [] });
    }
    await turn();
    for (const { outlet } of [...meant, ...others]) assert.equal(outlet.closed, undefined);
  });

  it("must be named: an order without a target is refused, and so is a code that is none", async () => {
    const { nodes, caller } = await createCluster();
    const [{ hub }] = nodes;
    const wrong = /^HubError: bad request: name a user, a client or a session, or say all_users$/;
    await assert.rejects(disconnect(hub, caller, { ...of(""), whitelist: [] }), wrong);
    await assert.rejects(serverUnsubscribe(hub, caller, { ...of(""), channel: "" }), wrong);
    await assert.rejects(serverRefresh(hub, caller, { ...of(""), expired: true, expireAt: 0 }), wrong);
    await assert.rejects(serverSubscribe(hub, caller, { ...of(""), channel, expireAt: 0 }), wrong);
    for (const order of [
      { code: 2999, reason: "" },
      { code: 5000, reason: "" },
      { code: 4000, reason: "é".repeat(62) },
    ]) {
      await assert.rejects(disconnect(hub, caller, { ...of("42"), whitelist: [], disconnect: order }), /bad request/);
    }
  });
});
