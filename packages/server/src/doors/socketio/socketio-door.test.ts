import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { io as connect, type Socket } from "socket.io-client";
import { disconnects, errors } from "../../hub/index.ts";
import { startTestHub, type TestHub } from "../../testing.ts";
import { collect, next } from "./socketio-ground.fixture.ts";

const everything = {
  allow_subscribe_for_client: true,
  allow_publish_for_client: true,
  allow_presence_for_client: true,
  allow_history_for_client: true,
  presence: true,
  history_size: 100,
  history_ttl: "10m",
  force_recovery: true,
};

const ways = {
  "a WebSocket": ["websocket"],
  polling: ["polling"],
  "polling, then a WebSocket": ["polling", "websocket"],
} as const;

for (const [name, transports] of Object.entries(ways)) {
  describe(`an official client of the door over ${name}`, () => {
    let server: TestHub;
    const clients: Socket[] = [];
    before(async () => {
      server = await startTestHub({
        config: { socketio: { enabled: true }, channel: { namespaces: [{ ...everything, name: "open" }] } },
      });
    });
    after(async () => {
      for (const client of clients) client.disconnect();
      await server.stop();
    });

    function open(token: string): Socket {
      const client = connect(server.url, { transports: [...transports], forceNew: true, auth: { token } });
      clients.push(client);
      return client;
    }

    async function join(user: string): Promise<Socket> {
      const client = open(await server.token({ user }));
      await next(client, "session");
      return client;
    }

    it("subscribes, publishes, and gets what is published through any door, in order", async () => {
      const [ana, eva] = [await join("ana"), await join("eva")];
      const channel = `open:${crypto.randomUUID()}`;
      const { position } = await ana.emitWithAck("subscribe", { channel });
      assert.equal(position.offset, 0);
      const seen = collect(ana, "publication") as { data: unknown; offset: number; info?: { user: string } }[];
      const { offset } = await eva.emitWithAck("publish", { channel, data: { from: "eva" } });
      assert.equal(offset, 1);
      const last = new Promise<void>((resolve) => ana.on("publication", ({ data }) => data === 40 && resolve()));
      for (let number = 2; number <= 40; number++) await server.api("publish", { channel, data: number });
      await last;
      assert.deepEqual(
        seen.map((each) => each.offset),
        Array.from({ length: 40 }, (_, index) => index + 1),
      );
      assert.equal(seen[0]?.info?.user, "eva");
      assert.deepEqual(
        (await ana.emitWithAck("presence", { channel })).clients.map((each: { user: string }) => each.user),
        ["ana"],
      );
      const { publications } = await eva.emitWithAck("history", { channel, limit: 2 });
      assert.deepEqual(
        publications.map((each: { data: unknown }) => each.data),
        [{ from: "eva" }, 2],
      );
      await ana.emitWithAck("unsubscribe", { channel });
      await server.api("publish", { channel, data: 41 });
      const { recovered, publications: missed } = await ana.emitWithAck("subscribe", {
        channel,
        since: { ...position, offset: 40 },
      });
      assert.deepEqual([recovered, missed], [true, [{ data: 41, offset: 41 }]]);
    });

    it("is told in the answer what is wrong", async () => {
      const ana = await join("ana");
      const refused = async (event: string, request: unknown): Promise<number> =>
        (await ana.emitWithAck(event, request)).error.code;
      assert.equal(await refused("subscribe", {}), errors.badRequest.code);
      assert.equal(await refused("subscribe", { channel: "open:a", since: { offset: -1 } }), errors.badRequest.code);
      assert.equal(await refused("publish", { channel: "open:a" }), errors.badRequest.code);
      assert.equal(await refused("subscribe", { channel: "nosuch:a" }), errors.unknownChannel.code);
      assert.equal(await refused("publish", null), errors.badRequest.code);
    });

    it("hears why it is not let in, and does not try for ever", async () => {
      const client = open("forged");
      const [error] = (await next(client, "connect_error")) as [Error & { data: unknown }];
      assert.deepEqual(error.data, disconnects.invalidToken);
      assert.equal(client.active, false);
    });

    it("hears why it is sent away; it comes back by itself where it may", async () => {
      const [ana, eva] = [await join("ana"), await join("eva")];
      const [told, gone] = [next(ana, "disconnected"), next(ana, "disconnect")];
      await server.api("disconnect", { user: "ana" });
      assert.deepEqual(await told, [{ ...disconnects.forceDisconnect, reconnect: false }]);
      assert.equal((await gone)[0], "io server disconnect");
      assert.equal(ana.active, false);
      const [warned, back] = [next(eva, "disconnected"), next(eva, "session")];
      await server.api("disconnect", { user: "eva", disconnect: { code: 3011, reason: "come again" } });
      assert.deepEqual(await warned, [{ code: 3011, reason: "come again", reconnect: true }]);
      await back;
    });

    it("may not talk before it has said who it is", async () => {
      const client = open("");
      const [error] = (await next(client, "connect_error")) as [Error & { data: unknown }];
      assert.deepEqual(error.data, disconnects.badRequest);
    });
  });
}
