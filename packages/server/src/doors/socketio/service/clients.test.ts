import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Socket } from "socket.io-client";
import { signRaw } from "../../../auth/token.fixture.ts";
import { connectRaw } from "../../../listeners/raw-client.contract.ts";
import type { WebSocketServiceOptions } from "../../../websocket-service.ts";
import type { Farewell, Notification, ServiceError } from "./events.ts";
import {
  type ClientSocket,
  type ConnectOptions,
  heard,
  next,
  type ServiceGround,
  settled,
  startService,
  tokenOf,
  until,
} from "./service-ground.fixture.ts";

const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1_000) + seconds;

async function withService(
  test: (ground: ServiceGround) => Promise<void>,
  options: WebSocketServiceOptions = {},
): Promise<void> {
  await using ground = await startService(options);
  await test(ground);
}

async function refusalOf(ground: ServiceGround, options: ConnectOptions): Promise<string> {
  const client = ground.client("", options);
  const refused = next<Error & { data?: { code: string } }>(client, "connect_error");
  client.connect();
  const { message, data } = await refused;
  return `${message} ${data?.code}`;
}

const errorOf = (reply: { ok: boolean; error?: ServiceError }): ServiceError | undefined => reply.error;

/** An event that the types do not know. */
const emitRaw = (client: ClientSocket, ...args: [event: string, ...rest: unknown[]]): unknown =>
  (client as unknown as Socket).emit(...args);

/** A client that says who it is, and can be told to read nothing more. */
async function silent({ url }: ServiceGround, transport: "websocket" | "polling"): Promise<() => void> {
  const path = `/socket.io/?EIO=4&transport=${transport}`;
  const hello = `40${JSON.stringify({ token: tokenOf("ana") })}`;
  if (transport === "websocket") {
    const raw = await connectRaw({ port: Number(new URL(url).port), path });
    raw.send(hello);
    return () => void raw.socket.pause();
  }
  const terms = await (await fetch(url + path)).text();
  await fetch(`${url}${path}&sid=${JSON.parse(terms.slice(1)).sid}`, { method: "POST", body: hello });
  return () => {};
}

describe("a client of the WebSocketService", () => {
  it("is refused without a token, with a forged, expired or nameless one, and with one of another tenant", () =>
    withService(async (ground) => {
      const auths = [
        {},
        { token: 42 },
        { token: "" },
        { token: "nonsense" },
        { token: signRaw({ userId: "ana" }, { secret: "another secret" }) },
        { token: signRaw({ userId: "ana" }, { header: { alg: "none" } }) },
        { token: tokenOf("ana", { exp: inSeconds(-10) }) },
        { token: tokenOf("") },
        { token: tokenOf("ana", { tenantId: "other" }) },
      ];
      for (const auth of auths) {
        assert.equal(await refusalOf(ground, { auth }), "Authentication failed AUTH_FAILED", JSON.stringify(auth));
      }
      assert.equal(ground.service.stats.connections, 0);
      assert.equal(ground.service.stats.errors, auths.length);
    }));

  it("is who the claim sub or userId says, over WebSocket and over polling", () =>
    withService(async (ground) => {
      await ground.connected("ana", { transports: ["polling"] });
      await ground.connected("", { auth: { token: tokenOf("ignored", { sub: "bea" }) } });
      assert.deepEqual(ground.service.getConnectedUsers(), ["ana", "bea"]);
    }));

  for (const transport of ["websocket", "polling"] as const) {
    it(`is sent away when it does not read, and delays nobody, over ${transport}`, () =>
      withService(
        async (ground) => {
          const neighbour = await ground.connected("bea");
          const seen = heard(neighbour, "load");
          const { service } = ground;
          const stopReading = await silent(ground, transport);
          await until(() => service.isUserConnected("ana"));
          const [id = ""] = service.getUserSockets("ana");
          const ended = new Promise((resolve) => service.io.sockets.sockets.get(id)?.once("disconnect", resolve));
          stopReading();
          let sent = 0;
          while (service.isUserConnected("ana") && sent < 1_000) {
            const arrived = next(neighbour, "load");
            service.broadcast("load", { number: ++sent, load: "x".repeat(50_000) });
            await arrived;
          }
          assert.equal(await ended, "transport error");
          assert.equal(seen.length, sent);
        },
        { maxQueuedBytes: 256 * 1024 },
      ));
  }

  it("is refused from a page of another origin, whatever the transport", () =>
    withService(
      async (ground) => {
        for (const transports of [["polling"], ["websocket"]] as const) {
          await ground.connected("ana", { transports, headers: { origin: "https://app.example.com" } });
          const stranger = ground.client("ana", { transports, headers: { origin: "https://evil.example" } });
          const refused = next<Error>(stranger, "connect_error");
          stranger.connect();
          assert.ok(await refused);
        }
      },
      { corsOrigins: ["https://*.example.com"] },
    ));

  it("may authenticate after connecting where that is allowed, and only as whom the token names", () =>
    withService(
      async (ground) => {
        const client = ground.client("", { auth: {} });
        client.connect();
        const early = await client.emitWithAck("join-room", "r");
        assert.equal(errorOf(early)?.code, "NOT_REGISTERED");
        const spoofed = await client.emitWithAck("authenticate", { token: tokenOf("ana"), userId: "root" });
        assert.equal(errorOf(spoofed)?.code, "AUTH_FAILED");
        const registered = next(client, "authenticated");
        assert.deepEqual(await client.emitWithAck("authenticate", { token: tokenOf("ana"), userId: "ana" }), {
          ok: true,
          userId: "ana",
        });
        await registered;
        assert.ok((await client.emitWithAck("join-room", "r")).ok);
        const other = await client.emitWithAck("authenticate", { token: tokenOf("bea") });
        assert.equal(errorOf(other)?.code, "AUTH_FAILED");
        assert.deepEqual(ground.service.getConnectedUsers(), ["ana"]);
      },
      { lateAuthentication: 60_000 },
    ));

  it("is sent away when it does not authenticate in time", () =>
    withService(
      async (ground) => {
        const client = ground.client("", { auth: {} });
        const farewell = next<Farewell>(client, "force-disconnect");
        const ended = next(client, "disconnect");
        client.connect();
        assert.equal((await farewell).code, "AUTH_TIMEOUT");
        await ended;
      },
      { lateAuthentication: 100 },
    ));

  it("is sent away when its token expires, unless it sent a newer one", () =>
    withService(async (ground) => {
      const claims = { exp: inSeconds(2) };
      const [stays, leaves] = await Promise.all([
        ground.connected("stays", { claims }),
        ground.connected("leaves", { claims }),
      ]);
      const farewell = next<Farewell>(leaves, "force-disconnect");
      assert.ok((await stays.emitWithAck("authenticate", { token: tokenOf("stays") })).ok);
      assert.equal((await farewell).code, "TOKEN_EXPIRED");
      await settled(stays);
      assert.equal(ground.service.isUserConnected("leaves"), false);
    }));

  it("gets the users of a room it joins, by acknowledgement or by an event, and names the room in either form", () =>
    withService(async (ground) => {
      const [ana, bea] = await Promise.all([ground.connected("ana"), ground.connected("bea")]);
      assert.deepEqual(await ana.emitWithAck("join-room", { roomId: "r" }), { ok: true, roomId: "r", users: ["ana"] });
      const told = next(bea, "room-users");
      bea.emit("join-room", "r");
      assert.deepEqual(await told, { roomId: "r", users: ["ana", "bea"] });
    }));

  it("comes online and goes offline for the rooms of its user with the first and the last socket", () =>
    withService(async (ground) => {
      const watcher = await ground.connected("watcher");
      await watcher.emitWithAck("join-room", "r");
      const seen = heard<{ userId: string; status: string }>(watcher, "user-presence");
      const [phone, laptop] = await Promise.all([ground.connected("ana"), ground.connected("ana")]);
      await phone.emitWithAck("join-room", "r");
      await laptop.emitWithAck("join-room", "r");
      const left = next(watcher, "user-left");
      phone.disconnect();
      laptop.disconnect();
      await left;
      await settled(watcher);
      assert.deepEqual(
        seen.map(({ userId, status }) => `${userId} ${status}`),
        ["ana online", "ana offline"],
      );
    }));

  it("may not notify others unless a role, a permission or the application's rule says so", () =>
    withService(async (ground) => {
      const receiver = await ground.connected("receiver");
      const got = heard<Notification>(receiver, "notification");
      const notification = { targetUserId: "receiver", type: "WARNING", title: "t" } as const;
      const plain = await ground.connected("plain");
      assert.equal(errorOf(await plain.emitWithAck("publish-notification", notification))?.code, "FORBIDDEN");
      for (const claims of [{ role: "admin" }, { permissions: ["notifications:publish"] }]) {
        const sender = await ground.connected("sender", { claims });
        const reply = await sender.emitWithAck("publish-notification", notification);
        assert.deepEqual(reply, { ok: true, delivered: true });
        const absent = await sender.emitWithAck("publish-notification", { ...notification, targetUserId: "nobody" });
        assert.deepEqual(absent, { ok: true, delivered: false });
      }
      await settled(receiver);
      assert.deepEqual(
        got.map(({ type, message, userId }) => [type, message, userId]),
        Array(2).fill(["WARNING", "", "receiver"]),
      );
    }));

  it("asks the application's own rule about every action", () => {
    const asked: string[] = [];
    return withService(
      async (ground) => {
        const client = await ground.connected("ana");
        assert.equal(errorOf(await client.emitWithAck("join-room", "closed"))?.code, "FORBIDDEN");
        assert.ok((await client.emitWithAck("join-room", "open")).ok);
        assert.ok((await client.emitWithAck("publish-update", { roomId: "elsewhere", type: "T" })).ok);
        assert.deepEqual(asked, ["ana join-room closed", "ana join-room open", "ana publish-update elsewhere"]);
      },
      {
        authorize: async ({ userId }, action, resource) => {
          asked.push(`${userId} ${action} ${resource}`);
          return resource !== "closed";
        },
      },
    );
  });

  it("publishes updates only to rooms that it is in", () =>
    withService(async (ground) => {
      const client = await ground.connected("ana");
      const reply = await client.emitWithAck("publish-update", { roomId: "r", type: "T" });
      assert.equal(errorOf(reply)?.code, "FORBIDDEN");
    }));

  it("is told which field is wrong, and goes on", () =>
    withService(async (ground) => {
      const client = await ground.connected("ana", { claims: { role: "admin" } });
      const told = next<ServiceError>(client, "error");
      emitRaw(client, "publish-notification", { userId: "bea", type: "LOUD", title: "x".repeat(101) });
      const { code, event, details } = await told;
      assert.deepEqual([code, event], ["INVALID", "publish-notification"]);
      assert.deepEqual(
        details?.map(({ path }) => path),
        ["type", "title"],
      );
      assert.ok((await client.emitWithAck("join-room", "r")).ok);
    }));

  it("cannot end the process by an event named error, by garbage, or by a failing rule", () =>
    withService(
      async (ground) => {
        const client = await ground.connected("ana");
        const garbage = [[], [null], [42], [{}], [{ roomId: {} }], ["x".repeat(500)], [Buffer.from("bytes")], [[]]];
        for (const event of [
          "error",
          "authenticate",
          "join-room",
          "leave-room",
          "publish-notification",
          "publish-update",
        ]) {
          for (const args of garbage) emitRaw(client, event, ...args);
        }
        emitRaw(client, "an event of nobody", 1);
        const reply = await client.emitWithAck("join-room", "r");
        assert.equal(errorOf(reply)?.code, "INTERNAL");
        assert.ok(ground.service.stats.errors >= garbage.length * 6);
        await settled(client);
      },
      {
        rateLimit: 0,
        authorize: () => {
          throw new Error("the rule is broken");
        },
      },
    ));

  it("gets as many events answered as the limit says, not one more, and an error for each other", () =>
    withService(
      async (ground) => {
        const client = await ground.connected("ana");
        const errors = heard<ServiceError>(client, "error");
        const replies = await Promise.all(Array.from({ length: 8 }, () => client.emitWithAck("join-room", "r")));
        assert.deepEqual(
          replies.map(({ ok }) => ok),
          [true, true, true, true, true, false, false, false],
        );
        assert.deepEqual(new Set(errors.map(({ code }) => code)), new Set(["RATE_LIMITED"]));
        const second = await ground.connected("ana");
        assert.equal((await second.emitWithAck("join-room", "r")).ok, false, "the limit is the user's, too");
        const other = await ground.connected("bea");
        assert.ok((await other.emitWithAck("join-room", "r")).ok);
      },
      { rateLimit: 5, rateWindow: 3_600_000 },
    ));

  it("is sent away when it goes on far beyond the limit", () =>
    withService(
      async (ground) => {
        const client = await ground.connected("ana");
        const farewell = next<Farewell>(client, "force-disconnect");
        for (let i = 0; i < 20; i++) client.emit("ping");
        assert.equal((await farewell).code, "RATE_LIMITED");
      },
      { rateLimit: 5, rateWindow: 3_600_000 },
    ));

  it("comes back by itself after its connection broke, is registered again, and finds what it joins", () =>
    withService(async (ground) => {
      const client = await ground.connected("ana", { reconnection: true });
      await client.emitWithAck("join-room", "r");
      const again = next<{ socketId: string }>(client, "authenticated");
      const before = client.id;
      client.io.engine.close();
      const { socketId } = await again;
      assert.notEqual(socketId, before);
      assert.deepEqual(await client.emitWithAck("join-room", "r"), { ok: true, roomId: "r", users: ["ana"] });
      assert.deepEqual(ground.service.getUserSockets("ana"), new Set([socketId]));
      const { connections, disconnections } = ground.service.stats;
      assert.deepEqual([connections, disconnections], [2, 1]);
    }));

  it("may have handlers of the application, which find the user on the socket", () =>
    withService(async (ground) => {
      ground.service.io.on("connection", (socket) => {
        socket.on("who-am-i", (answer: (user: unknown) => void) => answer((socket as { userId?: unknown }).userId));
      });
      const client = await ground.connected("ana");
      assert.equal(await (client as unknown as Socket).emitWithAck("who-am-i"), "ana");
    }));
});
