import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Socket as ServerSocket } from "socket.io";
import type { Socket } from "socket.io-client";
import { collect, createGround, type Ground, type Node, next } from "../socketio-ground.fixture.ts";

const ways = {
  "a WebSocket": { transports: ["websocket"] },
  polling: { transports: ["polling"] },
  "polling, then a WebSocket": { transports: ["polling", "websocket"] },
} as const;

for (const [name, { transports }] of Object.entries(ways)) {
  describe(`an official client over ${name}`, () => {
    let ground: Ground;
    let node: Node;
    before(async () => {
      ground = createGround();
      node = await ground.node();
    });
    after(() => ground.close());

    async function pair(): Promise<{ client: Socket; server: ServerSocket }> {
      const arrived = new Promise<ServerSocket>((resolve) => node.io.once("connection", resolve));
      const client = await ground.join(node, { transports: [...transports] });
      const server = await arrived;
      const { engine } = client.io;
      if (transports.length === 2 && engine.transport.name === "polling") await next(engine as never, "upgrade");
      return { client, server };
    }

    it("gets answers to what it asks, and answers what it is asked", async () => {
      const { client, server } = await pair();
      server.on("double", (value: number, reply: (answer: number) => void) => reply(value * 2));
      client.on("triple", (value: number, reply: (answer: number) => void) => reply(value * 3));
      assert.equal(await client.emitWithAck("double", 21), 42);
      assert.equal(await server.emitWithAck("triple", 5), 15);
      await assert.rejects(client.timeout(50).emitWithAck("nobody answers"));
    });

    it("sends and receives bytes, alone and inside of objects", async () => {
      const { client, server } = await pair();
      server.on("bytes", (value: unknown, reply: (answer: unknown) => void) => reply({ back: value }));
      const bytes = Buffer.from([0, 1, 2, 255]);
      const { back } = await client.emitWithAck("bytes", { deep: [bytes] });
      assert.deepEqual(Buffer.from(back.deep[0]), bytes);
    });

    it("gets everything of a room in order, mixed with what is for it alone", async () => {
      const { client, server } = await pair();
      const seen = collect(client, "event");
      await server.join("room");
      const all = new Promise<void>((resolve) => {
        client.on("event", () => {
          if (seen.length === 200) resolve();
        });
      });
      for (let number = 0; number < 200; number++) node.io.to("room").emit("event", number);
      await all;
      assert.deepEqual(
        seen,
        Array.from({ length: 200 }, (_, index) => index),
      );
    });

    it("is told why it may not come in", async () => {
      node.io.of("/closed").use((_socket, pass) => pass(Object.assign(new Error("not you"), { data: { code: 7 } })));
      const error = await ground.join(node, { transports: [...transports], of: "/closed" }).then(
        () => assert.fail("let in"),
        (reason: Error & { data?: unknown }) => reason,
      );
      assert.deepEqual([error.message, error.data], ["not you", { code: 7 }]);
    });

    it("is gone on both sides after it has left, or was sent away", async () => {
      const leaving = await pair();
      const left = next(leaving.server as never, "disconnect");
      leaving.client.disconnect();
      assert.deepEqual((await left).slice(0, 1), ["client namespace disconnect"]);
      const staying = await pair();
      const away = next(staying.client, "disconnect");
      staying.server.disconnect(true);
      assert.deepEqual((await away).slice(0, 1), ["io server disconnect"]);
    });
  });
}
