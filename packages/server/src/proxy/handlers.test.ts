import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createGround, openNamespace } from "../hub/hub-ground.fixture.ts";
import {
  type Application,
  type ConnectResult,
  closedNamespace,
  connect,
  DisconnectError,
  HubError,
  type HubEvent,
  publish,
  rpc,
  subscribe,
} from "../hub/index.ts";
import { silentLog } from "../kit/log.ts";
import { createVirtualClock } from "../kit/virtual-clock.ts";
import { type ApplicationHandlers, createHandled } from "./handlers.ts";

async function setUp(handlers: ApplicationHandlers, next: Application = {}) {
  const events: HubEvent[] = [];
  const clock = createVirtualClock();
  const application = createHandled(handlers, next, { clock, log: silentLog, emit: (event) => events.push(event) });
  const namespaces = [openNamespace, { ...closedNamespace, name: "shut" }];
  const ground = await createGround({ application, clock, namespaces });
  async function come(): Promise<{ session: typeof session; reply: ConnectResult | undefined }> {
    const { session } = ground.open();
    let reply: ConnectResult | undefined;
    await connect(ground.hub, session, {
      token: "",
      name: "",
      recover: new Map(),
      headerUser: "",
      reply: (result) => {
        reply = result;
      },
    });
    return { session, reply };
  }
  const { session } = await ground.join({ identity: { user: "42", tenant: "acme" } });
  const enter = (channel: string): Promise<void> =>
    subscribe(ground.hub, session, { channel, token: "", reply: () => {} });
  return { ...ground, session, come, enter, events };
}

const coded = (code: number) => (error: unknown) =>
  (error instanceof HubError && error.code === code) ||
  (error instanceof DisconnectError && error.disconnect.code === code);

describe("handlers of the application", () => {
  it("say who a client is, and what it gets", async () => {
    const { come, events } = await setUp({
      onConnect: async () => ({
        user: "alice",
        tenant: "acme",
        info: { name: "Alice" },
        data: [1, 2],
        meta: { plan: "free" },
        subscriptions: { "open:a": { data: new Uint8Array([1]) } },
      }),
    });
    const { session, reply } = await come();
    assert.deepEqual([session.tenant.id, session.identity.user], ["acme", "alice"]);
    assert.equal(reply?.data, "[1,2]");
    assert.equal(session.grant.info, '{"name":"Alice"}');
    assert.equal(session.grant.meta, '{"plan":"free"}');
    assert.equal(session.grant.data, undefined);
    assert.deepEqual(reply?.subscriptions.get("open:a")?.data, new Uint8Array([1]));
    assert.ok(events.some((event) => event.type === "asked" && event.backend === "" && event.outcome === "answered"));
  });

  it("that know nobody, or name channels and tenants that are not there, let nobody in", async () => {
    await assert.rejects((await setUp({ onConnect: () => undefined })).come(), coded(3501));
    await assert.rejects((await setUp({ onConnect: async () => undefined })).come(), coded(3501));
    await assert.rejects((await setUp({ onConnect: () => ({ user: "a", tenant: "no/such" }) })).come(), coded(100));
    const stranger = await setUp({ onConnect: () => ({ user: "a", subscriptions: { "nowhere:x": {} } }) });
    await assert.rejects(stranger.come(), coded(102));
    const operator = await setUp({ onConnect: () => ({ user: "a", subscriptions: { "admin:x": {} } }) });
    await assert.rejects(operator.come(), coded(103));
    await assert.rejects((await setUp({ onConnect: () => ({ user: "a", expireAt: 1 }) })).come(), coded(110));
  });

  it("open a channel that its options keep shut, and keep one shut that they would open", async () => {
    const { enter, session } = await setUp({
      onSubscribe: async ({ channel, asker }) => {
        assert.deepEqual([asker.user, asker.tenant], ["42", "acme"]);
        return channel === "shut:a" ? { info: "hi" } : undefined;
      },
    });
    await enter("shut:a");
    assert.equal(session.subscriptions.get("shut:a")?.info, '"hi"');
    await assert.rejects(enter("open:a"), coded(103));
    await assert.rejects(enter("nowhere:a"), coded(102));
  });

  it("leave to others what they answer at once with undefined", async () => {
    const { enter } = await setUp(
      { onSubscribe: () => undefined },
      { subscribe: ({ channel }) => (channel === "shut:a" ? Promise.resolve({ expireAt: 0 }) : undefined) },
    );
    await enter("shut:a");
    await enter("open:a");
    await assert.rejects(enter("shut:b"), coded(103));
  });

  it("are not asked about channels that belong to a scope", async () => {
    const { enter } = await setUp({ onSubscribe: async () => ({}) });
    await assert.rejects(enter("admin:x"), coded(103));
    await assert.rejects(enter("user:7:x"), coded(103));
    await assert.rejects(enter("tenant:globex:x"), coded(103));
  });

  it("decide what is published", async () => {
    const { hub, session } = await setUp({
      onPublish: async ({ channel }) =>
        channel === "shut:a" ? { data: { changed: true }, tags: { by: "app" } } : undefined,
      onSubscribe: async () => ({}),
    });
    await publish(hub, session, { channel: "shut:a", data: "1" });
    await assert.rejects(publish(hub, session, { channel: "open:b", data: "1" }), coded(103));
  });

  it("answer methods; what nobody answers is 104, and 108 where there are no handlers", async () => {
    const { hub, session } = await setUp({ onRpc: ({ method }) => (method === "sum" ? { sum: 3 } : undefined) });
    assert.equal(await rpc(hub, session, { method: "sum", data: "[1,2]" }), '{"sum":3}');
    await assert.rejects(rpc(hub, session, { method: "other", data: "1" }), coded(104));
    const bare = await setUp({});
    await assert.rejects(rpc(bare.hub, bare.session, { method: "sum", data: "1" }), coded(108));
  });

  it("refuse with their own codes, and any other failure is an internal error", async () => {
    const { enter } = await setUp({
      onSubscribe({ channel }) {
        if (channel === "open:a") throw new HubError({ code: 1001, message: "closed today", temporary: false });
        if (channel === "open:b") throw new DisconnectError({ code: 4001, reason: "go" });
        throw new TypeError("a bug");
      },
    });
    await assert.rejects(enter("open:a"), { code: 1001, message: "closed today" });
    await assert.rejects(enter("open:b"), coded(4001));
    await assert.rejects(enter("open:c"), { code: 100, message: "internal server error" });
  });
});
