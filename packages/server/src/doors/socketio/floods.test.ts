import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { io as connect, type Socket } from "socket.io-client";
import { disconnects } from "../../hub/index.ts";
import { startTestHub, type TestHub } from "../../testing.ts";
import { next } from "./socketio-ground.fixture.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A server whose application takes its time to answer an RPC. */
async function start(): Promise<TestHub> {
  const open = { name: "open", allow_subscribe_for_client: true, allow_publish_for_client: true };
  const answers = Promise.withResolvers<object>();
  const server = await startTestHub({
    config: { socketio: { enabled: true, message_size_limit: 1_000_000 }, channel: { namespaces: [open] } },
    application: { onRpc: () => answers.promise },
  });
  closers.push(
    () => server.stop(),
    () => answers.resolve({}),
  );
  return server;
}

async function join(server: TestHub, transport: string, user: string): Promise<Socket> {
  const auth = { token: await server.token({ user }) };
  const client = connect(server.url, { transports: [transport], forceNew: true, reconnection: false, auth });
  closers.push(() => client.disconnect());
  await next(client, "session");
  return client;
}

for (const transport of ["websocket", "polling"]) {
  describe(`who floods the door over ${transport}`, () => {
    it("is sent away with 3013 when more than 4,096 commands wait, and nobody else notices", async () => {
      const server = await start();
      const innocent = await join(server, transport, "eva");
      await innocent.emitWithAck("subscribe", { channel: "open:a" });
      const flooder = await join(server, transport, "ana");
      const told = next(flooder, "disconnected");
      flooder.emit("rpc", { method: "slow" });
      for (let number = 1; number < 4_096; number++) flooder.emit("publish", { channel: "open:a", data: number });
      // As many as may wait.
      const seen = next(innocent, "publication");
      await innocent.emitWithAck("publish", { channel: "open:a", data: "mark" });
      const [{ data }] = (await seen) as [{ data: unknown }];
      assert.equal(data, "mark");
      flooder.emit("publish", { channel: "open:a", data: "one too many" });
      assert.deepEqual(await told, [{ ...disconnects.tooManyRequests, reconnect: true }]);
      const after = next(innocent, "publication");
      await innocent.emitWithAck("publish", { channel: "open:a", data: "after" });
      assert.equal(((await after) as [{ data: unknown }])[0].data, "after", "nothing of the flood was done");
    });

    it("says who it is a hundred times at once, and is let in once or not at all", async () => {
      const server = await start();
      const innocent = await join(server, transport, "eva");
      await innocent.emitWithAck("subscribe", { channel: "open:a" });
      const ended = new Promise<number>((resolve) => {
        server.hub.listen((event) => event.type === "disconnected" && resolve(event.code));
      });
      const packet = `40${JSON.stringify({ token: await server.token({ user: "ana" }) })}`;
      await knock(server, transport, Array<string>(100).fill(packet));
      const { badRequest, forceDisconnect } = disconnects;
      assert.ok([badRequest.code, forceDisconnect.code].includes(await ended));
      const seen = next(innocent, "publication");
      await innocent.emitWithAck("publish", { channel: "open:a", data: 1 });
      await seen;
    });
  });
}

/** A client that sends these packets at once, and reads nothing. */
async function knock(server: TestHub, transport: string, packets: readonly string[]): Promise<void> {
  const address = `/socket.io/?EIO=4&transport=${transport}`;
  if (transport === "polling") {
    const terms = await (await fetch(server.url + address)).text();
    const url = `${server.url}${address}&sid=${JSON.parse(terms.slice(1)).sid}`;
    await (await fetch(url, { method: "POST", body: packets.join("\x1e") })).text();
    return;
  }
  const socket = new WebSocket(server.url.replace("http", "ws") + address);
  closers.push(() => socket.close());
  await new Promise((resolve) => {
    socket.onopen = resolve;
  });
  for (const packet of packets) socket.send(packet);
}
