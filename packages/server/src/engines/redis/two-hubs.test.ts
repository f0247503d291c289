import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { startTestHub, type TestHub } from "../../testing.ts";
import { type RedisServer, startRedisServer } from "./processes/redis-server.fixture.ts";

interface Message {
  readonly id?: number;
  readonly error?: { readonly code: number; readonly temporary?: boolean };
  readonly subscribe?: {
    readonly epoch: string;
    readonly offset: number;
    readonly recovered?: boolean;
    readonly publications?: readonly { readonly data: unknown }[];
  };
  readonly push?: { readonly pub?: { readonly data: unknown; readonly offset: number } };
}

interface Client {
  ask(command: Readonly<Record<string, unknown>>): Promise<Message>;
  /** The next push with a publication. */
  publication(): Promise<NonNullable<NonNullable<Message["push"]>["pub"]>>;
  close(): void;
}

async function connect(hub: TestHub): Promise<Client> {
  const socket = new WebSocket(hub.websocketUrl);
  const seen: Message[] = [];
  const waiting = new Set<() => void>();
  socket.addEventListener("message", ({ data }) => {
    for (const line of String(data).split("\n")) seen.push(JSON.parse(line));
    for (const check of waiting) check();
  });
  await once(socket, "open");
  const take = (wanted: (message: Message) => boolean): Promise<Message> =>
    new Promise((resolve) => {
      const check = (): void => {
        const at = seen.findIndex(wanted);
        if (at < 0) return;
        waiting.delete(check);
        resolve(seen.splice(at, 1)[0] ?? {});
      };
      waiting.add(check);
      check();
    });
  let id = 0;
  const ask = (command: Readonly<Record<string, unknown>>): Promise<Message> => {
    const own = ++id;
    socket.send(JSON.stringify({ id: own, ...command }));
    return take((message) => message.id === own);
  };
  const { error } = await ask({ connect: { token: await hub.token({ user: "ana" }) } });
  if (error?.temporary) {
    socket.close();
    return connect(hub);
  }
  return {
    ask,
    async publication() {
      const { push } = await take((message) => message.push?.pub !== undefined);
      assert.ok(push?.pub);
      return push.pub;
    },
    close: () => socket.close(),
  };
}

describe("two hubs over one Redis", () => {
  let server: RedisServer;
  let hubs: readonly [TestHub, TestHub];
  before(async () => {
    server = await startRedisServer();
    const config = {
      engine: { type: "redis", redis: { address: server.url, prefix: "two-hubs", io_timeout: "500ms" } },
      channel: {
        without_namespace: {
          allow_subscribe_for_client: true,
          presence: true,
          history_size: 100,
          history_ttl: "60s",
          force_recovery: true,
        },
      },
    };
    hubs = [await startTestHub({ config }), await startTestHub({ config })];
  });
  after(async () => {
    for (const hub of hubs ?? []) await hub.stop();
    await server.stop();
  });

  it("deliver on one what is published on the other, and show who is present on both", async () => {
    const [one, other] = hubs;
    const client = await connect(one);
    await client.ask({ subscribe: { channel: "news" } });
    await other.api("publish", { channel: "news", data: { text: "ñ" } });
    assert.deepEqual((await client.publication()).data, { text: "ñ" });
    const { presence } = (await other.api("presence", { channel: "news" })) as { presence: Record<string, unknown> };
    assert.equal(Object.keys(presence).length, 1);
    client.close();
  });

  it("recover on one what was missed on the other", async () => {
    const [one, other] = hubs;
    const client = await connect(one);
    const first = await client.ask({ subscribe: { channel: "moves" } });
    await one.api("publish", { channel: "moves", data: 1 });
    const { offset } = await client.publication();
    client.close();
    for (const data of [2, 3, 4]) await one.api("publish", { channel: "moves", data });
    const moved = await connect(other);
    const again = await moved.ask({
      subscribe: { channel: "moves", recover: true, epoch: first.subscribe?.epoch, offset },
    });
    assert.equal(again.subscribe?.recovered, true);
    assert.deepEqual(
      again.subscribe?.publications?.map(({ data }) => data),
      [2, 3, 4],
    );
    await one.api("publish", { channel: "moves", data: 5 });
    assert.deepEqual((await moved.publication()).data, 5);
    moved.close();
  });

  it("say what they know of a publication while Redis is away, keep their connections, and go on", async () => {
    const [one, other] = hubs;
    const client = await connect(one);
    await client.ask({ subscribe: { channel: "outage" } });
    server.pause();
    await assert.rejects(other.api("publish", { channel: "outage", data: 1 }), /publish: 301 outcome unknown/);
    await server.kill();
    const refused = /publish: 300 temporarily unavailable/;
    while (
      !(await other.api("publish", { channel: "outage", data: 1 }).then(
        () => false,
        (error) => refused.test(error),
      ))
    );
    await server.restart();
    assert.ok((await client.ask({ rpc: { method: "" } })).id);
    const again = await connect(other);
    assert.ok((await again.ask({ subscribe: { channel: "outage" } })).subscribe);
    await other.api("publish", { channel: "outage", data: 2 });
    assert.equal((await again.publication()).data, 2);
    for (const each of [client, again]) each.close();
  });
});
