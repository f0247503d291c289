import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, it } from "node:test";
import {
  broadcast,
  emitToRoom,
  emitToUser,
  WebSocketService,
  type WebSocketServiceOptions,
} from "../../../websocket-service.ts";
import type { Notification, RoomMove, Update } from "./events.ts";
import { fakeSocket, heard, next, type ServiceGround, settled, startService } from "./service-ground.fixture.ts";

/** A service that nobody connects to. */
const create = (options: WebSocketServiceOptions = {}): WebSocketService =>
  new WebSocketService(createServer(), { redis: false, jwt: { secret: "s" }, ...options });

const note = { type: "INFO", title: "Title", message: "Message" } as const;

/** The documented list of cases, group by group; each name begins as it stands there. */
describe("WebSocketService", () => {
  let ground: ServiceGround;
  before(async () => {
    ground = await startService({ rateLimit: 0 });
  });
  after(async () => {
    await ground[Symbol.asyncDispose]();
  });

  describe("Inicialización", () => {
    it("Default config: the documented values hold where nothing is set", async () => {
      const { io } = create();
      assert.equal(io.path(), "/socket.io");
      const { sid, ...terms } = await handshake(ground.url);
      assert.equal(typeof sid, "string");
      assert.deepEqual(terms, {
        upgrades: ["websocket"],
        pingInterval: 30_000,
        pingTimeout: 60_000,
        maxPayload: 1_000_000,
      });
    });

    it("Empty state: a new service knows nobody", () => {
      const service = create();
      assert.equal(service.clients.size, 0);
      assert.equal(service.rooms.size, 0);
      const { timestamp, ...stats } = service.getStats();
      assert.ok(Date.parse(timestamp) > 0);
      assert.deepEqual(stats, {
        connections: 0,
        disconnections: 0,
        activeConnections: 0,
        messagesPublished: 0,
        messagesDelivered: 0,
        errors: 0,
        connectedUsers: 0,
        rooms: 0,
        scope: "node",
      });
    });

    it("Event handlers setup: setting them up twice is setting them up once", async () => {
      const { service } = ground;
      service.setupEventHandlers();
      const client = await ground.connected("setup");
      const pongs = heard(client, "pong");
      await settled(client);
      assert.equal(pongs.length, 1);
      client.disconnect();
    });

    it("Redis adapter connection: initialize joins the hub, once, and resolves", async () => {
      const { service } = ground;
      const { adapter } = service.io.sockets;
      assert.equal(service.initialize(), service.initialize());
      await service.initialize();
      assert.equal(service.io.sockets.adapter, adapter);
      assert.equal(await adapter.serverCount(), 1);
      assert.equal(service.healthCheck().redis, "disabled");
    });
  });

  describe("Registro de Usuarios", () => {
    it("Single user registration: a socket belongs to its user", () => {
      const service = create();
      service.registerUser("s1", "user@example.com");
      assert.deepEqual(service.clients, new Map([["user@example.com", new Set(["s1"])]]));
    });

    it("Multiple sockets per user: each device counts, the user is one", () => {
      const service = create();
      service.registerUser("s1", "u1");
      service.registerUser("s2", "u1");
      assert.deepEqual(service.clients.get("u1"), new Set(["s1", "s2"]));
      assert.equal(service.getConnectedUsersCount(), 1);
      service.unregisterUser("s1");
      assert.ok(service.isUserConnected("u1"));
      service.unregisterUser("s2");
      assert.equal(service.clients.has("u1"), false);
    });

    it("Stats tracking: connections and disconnections are counted once each", () => {
      const service = create();
      service.registerUser("s1", "u1");
      service.registerUser("s2", "u2");
      service.unregisterUser("s1");
      service.unregisterUser("s1");
      const { connections, disconnections, activeConnections } = service.stats;
      assert.deepEqual(
        { connections, disconnections, activeConnections },
        {
          connections: 2,
          disconnections: 1,
          activeConnections: 1,
        },
      );
    });

    it("Authenticated event: the socket is told who it is", async () => {
      const client = ground.client("ana");
      const told = next<{ userId: string; socketId: string; timestamp: string }>(client, "authenticated");
      client.connect();
      const { userId, socketId, timestamp } = await told;
      assert.deepEqual([userId, socketId], ["ana", client.id]);
      assert.equal(new Date(timestamp).toISOString(), timestamp);
      client.disconnect();
    });
  });

  describe("Gestión de Rooms", () => {
    it("Join room: the socket enters the room and its user is in it", () => {
      const service = create();
      const socket = fakeSocket("s1");
      service.registerUser("s1", "u1");
      service.joinRoom(socket, "order-123");
      assert.deepEqual([...socket.joined], ["room:order-123"]);
      assert.deepEqual(service.rooms, new Map([["order-123", new Set(["u1"])]]));
    });

    it("Track users in room: a user stays while one of the devices is there", () => {
      const service = create();
      const [phone, laptop, other] = [fakeSocket("s1"), fakeSocket("s2"), fakeSocket("s3")];
      service.registerUser("s1", "u1");
      service.registerUser("s2", "u1");
      service.registerUser("s3", "u2");
      for (const socket of [phone, laptop, other]) service.joinRoom(socket, "r");
      assert.deepEqual(service.getUsersInRoom("r"), ["u1", "u2"]);
      service.leaveRoom(phone, "r");
      assert.deepEqual(service.getUsersInRoom("r"), ["u1", "u2"]);
      service.leaveRoom(laptop, "r");
      assert.deepEqual(service.getUsersInRoom("r"), ["u2"]);
    });

    it("Leave room: the socket is out, and leaving twice is nothing", () => {
      const service = create();
      const socket = fakeSocket("s1");
      service.registerUser("s1", "u1");
      service.joinRoom(socket, "r");
      service.leaveRoom(socket, "r");
      service.leaveRoom(socket, "r");
      assert.equal(socket.joined.size, 0);
      assert.deepEqual(service.getRoomsForUser("u1"), []);
      assert.equal(socket.emitted.filter(({ event }) => event === "user-left").length, 1);
    });

    it("Remove empty rooms: a room ends with its last user", () => {
      const service = create();
      const socket = fakeSocket("s1");
      service.registerUser("s1", "u1");
      service.joinRoom(socket, "a");
      service.joinRoom(socket, "b");
      service.leaveRoom(socket, "a");
      assert.deepEqual([...service.rooms.keys()], ["b"]);
      service.unregisterUser("s1");
      assert.equal(service.rooms.size, 0);
    });

    it("Broadcast join/leave events: the others hear of a user's first and last device, with all fields", async () => {
      const [watcher, phone, laptop] = await Promise.all(["watcher", "bea", "bea"].map((id) => ground.connected(id)));
      assert.ok(watcher && phone && laptop);
      await watcher.emitWithAck("join-room", { roomId: "moves" });
      const joins = heard<RoomMove>(watcher, "user-joined");
      const leaves = heard<RoomMove>(watcher, "user-left");
      const own = heard(phone, "user-joined");
      await phone.emitWithAck("join-room", { roomId: "moves" });
      await laptop.emitWithAck("join-room", { roomId: "moves" });
      await phone.emitWithAck("leave-room", { roomId: "moves" });
      await laptop.emitWithAck("leave-room", { roomId: "moves" });
      await settled(watcher);
      assert.deepEqual(joins, [{ roomId: "moves", userId: "bea", socketId: phone.id, timestamp: joins[0]?.timestamp }]);
      assert.deepEqual(leaves, [
        { roomId: "moves", userId: "bea", socketId: laptop.id, timestamp: leaves[0]?.timestamp },
      ]);
      assert.deepEqual(own, []);
      for (const client of [watcher, phone, laptop]) client.disconnect();
    });

    it("Multiple rooms per user: all of them are told", () => {
      const service = create();
      service.registerUser("s1", "u1");
      service.registerUser("s2", "u1");
      service.joinRoom(fakeSocket("s1"), "a");
      service.joinRoom(fakeSocket("s1"), "b");
      service.joinRoom(fakeSocket("s2"), "c");
      assert.deepEqual(service.getRoomsForUser("u1"), ["a", "b", "c"]);
    });
  });

  describe("Notificaciones", () => {
    it("Publish to user: all connections of the user get it, nobody else does", async () => {
      const [phone, laptop, other] = await Promise.all(["carl", "carl", "dora"].map((id) => ground.connected(id)));
      assert.ok(phone && laptop && other);
      const strange = heard(other, "notification");
      const both = [phone, laptop].map((client) => next<Notification>(client, "notification"));
      const { messagesDelivered } = ground.service.stats;
      assert.equal(ground.service.publishNotification({ userId: "carl", ...note }), true);
      assert.equal(ground.service.stats.messagesDelivered, messagesDelivered + 2);
      const [first, second] = await Promise.all(both);
      assert.deepEqual(first, second);
      const { id, timestamp, ...content } = first as Notification;
      assert.ok(id && Date.parse(timestamp) > 0);
      assert.deepEqual(content, { userId: "carl", ...note, payload: {}, priority: "normal" });
      await settled(other);
      assert.deepEqual(strange, []);
      for (const client of [phone, laptop, other]) client.disconnect();
    });

    it("Handle disconnected user: false, and nothing is counted as published", () => {
      const service = create();
      assert.equal(service.publishNotification({ userId: "nobody", ...note }), false);
      assert.equal(service.stats.messagesPublished, 0);
      assert.equal(service.stats.errors, 0);
    });

    it("Notification with payload: dates arrive as ISO text", async () => {
      const client = await ground.connected("eve");
      const arrived = next<Notification>(client, "notification");
      const completedAt = new Date(0);
      const payload = { orderId: "12345", completedAt };
      ground.service.publishNotification({ userId: "eve", ...note, payload, priority: "high" });
      const { payload: got, priority } = await arrived;
      assert.deepEqual(got, { orderId: "12345", completedAt: "1970-01-01T00:00:00.000Z" });
      assert.equal(priority, "high");
      client.disconnect();
    });

    it("Stats tracking: one message however many connections", () => {
      const service = create();
      service.registerUser("s1", "u1");
      service.registerUser("s2", "u1");
      service.publishNotification({ userId: "u1", ...note });
      assert.equal(service.stats.messagesPublished, 1);
    });
  });

  describe("Actualizaciones", () => {
    it("Publish to room: every member gets it, the sender too, others do not", async () => {
      const [member, sender, stranger] = await Promise.all(["m", "s", "x"].map((id) => ground.connected(id)));
      assert.ok(member && sender && stranger);
      const strange = heard(stranger, "update");
      await member.emitWithAck("join-room", "orders");
      await sender.emitWithAck("join-room", "orders");
      const arrived = [member, sender].map((client) => next<Update>(client, "update"));
      const reply = await sender.emitWithAck("publish-update", {
        roomId: "orders",
        type: "ORDER_CREATED",
        payload: { n: 1 },
      });
      assert.deepEqual(reply, { ok: true, delivered: true });
      for (const { timestamp, ...update } of await Promise.all(arrived)) {
        assert.ok(timestamp);
        assert.deepEqual(update, { roomId: "orders", type: "ORDER_CREATED", payload: { n: 1 } });
      }
      await settled(stranger);
      assert.deepEqual(strange, []);
      for (const client of [member, sender, stranger]) client.disconnect();
    });

    it("Include payload: as it was given, with dates as ISO text", async () => {
      const client = await ground.connected("f");
      await client.emitWithAck("join-room", "payloads");
      const arrived = next<Update>(client, "update");
      const payload = { status: "completed", completedAt: new Date(0), list: [1, { deep: null }] };
      assert.equal(ground.service.publishUpdate({ roomId: "payloads", type: "T", payload }), true);
      assert.deepEqual((await arrived).payload, { ...payload, completedAt: "1970-01-01T00:00:00.000Z" });
      client.disconnect();
    });

    it("Track room updates: counted, also into a room that nobody here is in", () => {
      const service = create();
      assert.equal(service.publishUpdate({ roomId: "empty", type: "T" }), true);
      assert.equal(service.stats.messagesPublished, 1);
      assert.equal(service.stats.messagesDelivered, 0);
    });
  });

  describe("Mensajería Directa", () => {
    it("Send to user: the event arrives under its own name", async () => {
      const client = await ground.connected("gus");
      const arrived = next(client, "custom-event");
      assert.equal(ground.service.sendToUser("gus", "custom-event", { key: "value" }), true);
      assert.deepEqual(await arrived, { key: "value" });
      client.disconnect();
    });

    it("Handle unknown user: false, not an error", () => {
      const service = create();
      assert.equal(service.sendToUser("nobody", "custom-event", {}), false);
      assert.equal(service.stats.errors, 0);
    });

    it("Stats tracking: sent messages are counted, refused event names are errors", () => {
      const service = create();
      service.registerUser("s1", "u1");
      assert.equal(service.sendToUser("u1", "custom-event", {}), true);
      for (const reserved of [
        "connect",
        "connect_error",
        "disconnect",
        "disconnecting",
        "newListener",
        "removeListener",
      ]) {
        assert.equal(service.sendToUser("u1", reserved, {}), false);
      }
      assert.equal(service.stats.messagesPublished, 1);
      assert.equal(service.stats.errors, 6);
    });
  });

  describe("Broadcasting", () => {
    it("Broadcast to all: every connection gets it", async () => {
      const clients = await Promise.all(["h1", "h2", "h3"].map((id) => ground.connected(id)));
      const arrived = clients.map((client) => next(client, "system-announcement"));
      assert.equal(ground.service.broadcast("system-announcement", { message: "hello" }), undefined);
      assert.deepEqual(await Promise.all(arrived), Array(3).fill({ message: "hello" }));
      for (const client of clients) client.disconnect();
    });

    it("Track stats: a broadcast is one message", () => {
      const service = create();
      service.registerUser("s1", "u1");
      service.registerUser("s2", "u2");
      service.broadcast("system-announcement", {});
      assert.equal(service.stats.messagesPublished, 1);
    });
  });

  describe("Utilities", () => {
    const service = create();
    service.registerUser("s1", "u1");
    service.registerUser("s2", "u1");
    service.registerUser("s3", "u2");
    service.joinRoom(fakeSocket("s1"), "r1");
    service.joinRoom(fakeSocket("s3"), "r1");

    it("Get userId from socket: or null", () => {
      assert.equal(service.getUserIdFromSocket("s2"), "u1");
      assert.equal(service.getUserIdFromSocket("s9"), null);
    });

    it("Get user sockets: a copy, empty for an unknown user", () => {
      const sockets = service.getUserSockets("u1");
      assert.deepEqual(sockets, new Set(["s1", "s2"]));
      sockets.clear();
      assert.equal(service.getUserSockets("u1").size, 2);
      assert.deepEqual(service.getUserSockets("nobody"), new Set());
    });

    it("Check connection status: by user", () => {
      assert.equal(service.isUserConnected("u1"), true);
      assert.equal(service.isUserConnected("nobody"), false);
    });

    it("Connected users count: users, not sockets", () => {
      assert.equal(service.getConnectedUsersCount(), 2);
      assert.deepEqual(service.getConnectedUsers(), ["u1", "u2"]);
    });

    it("Get rooms for user: bare ids", () => {
      assert.deepEqual(service.getRoomsForUser("u1"), ["r1"]);
      assert.deepEqual(service.getRoomsForUser("nobody"), []);
    });

    it("Get users in room: an array", () => {
      assert.deepEqual(service.getUsersInRoom("r1"), ["u1", "u2"]);
      assert.deepEqual(service.getUsersInRoom("nowhere"), []);
    });
  });

  describe("Desconexión", () => {
    it("Disconnect user: all of the user's connections end, and the number is told", async () => {
      const clients = await Promise.all(["ivy", "ivy"].map((id) => ground.connected(id)));
      const reasons = clients.map((client) => next(client, "disconnect"));
      assert.equal(ground.service.disconnectUser("ivy"), 2);
      assert.deepEqual(await Promise.all(reasons), ["io server disconnect", "io server disconnect"]);
      assert.equal(ground.service.isUserConnected("ivy"), false);
      assert.equal(ground.service.disconnectUser("ivy"), 0);
    });

    it("Emit disconnect message: it comes before the end", async () => {
      const client = await ground.connected("jon");
      const order: string[] = [];
      client.on("force-disconnect", ({ code }) => order.push(code));
      const ended = next(client, "disconnect").then(() => order.push("disconnect"));
      ground.service.disconnectUser("jon");
      await ended;
      assert.deepEqual(order, ["DISCONNECTED", "disconnect"]);
    });
  });

  describe("Estadísticas", () => {
    it("Return stats: every documented field, and the moment", () => {
      const stats = create().getStats();
      for (const field of ["connections", "disconnections", "messagesPublished", "errors", "connectedUsers", "rooms"]) {
        assert.equal(stats[field as keyof typeof stats], 0, field);
      }
      assert.equal(new Date(stats.timestamp).toISOString(), stats.timestamp);
    });

    it("Track accurately: over connections that come and go", async () => {
      const counted = await startService();
      const clients = await Promise.all(["a", "b", "c"].map((id) => counted.connected(id)));
      const gone = next(clients[0] as (typeof clients)[0], "disconnect");
      counted.service.disconnectUser("a");
      await gone;
      const { connections, disconnections, activeConnections } = counted.service.getStats();
      assert.deepEqual([connections, disconnections, activeConnections], [3, 1, 2]);
      await counted[Symbol.asyncDispose]();
      assert.equal(counted.service.stats.activeConnections, 0);
    });

    it("Include connected users: distinct ones", () => {
      const service = create();
      service.registerUser("s1", "u1");
      service.registerUser("s2", "u1");
      assert.equal(service.getStats().connectedUsers, 1);
    });

    it("Include room count: of rooms with users", () => {
      const service = create();
      service.registerUser("s1", "u1");
      service.joinRoom(fakeSocket("s1"), "a");
      service.joinRoom(fakeSocket("s1"), "b");
      assert.equal(service.getStats().rooms, 2);
    });
  });

  describe("Health Check", () => {
    it("Report healthy status: while it listens, and not before", () => {
      const { healthy, uptime, timestamp } = ground.service.healthCheck();
      assert.equal(healthy, true);
      assert.ok(uptime >= 0 && Date.parse(timestamp) > 0);
      assert.equal(create().healthCheck().healthy, false);
    });

    it("Include connected users: and rooms", () => {
      const service = create();
      service.registerUser("s1", "u1");
      service.joinRoom(fakeSocket("s1"), "a");
      const { connectedUsers, rooms } = service.healthCheck();
      assert.deepEqual([connectedUsers, rooms], [1, 1]);
    });
  });

  describe("Funciones Helper", () => {
    it("Emit to user: as sendToUser", async () => {
      const client = await ground.connected("kim");
      const arrived = next(client, "hi");
      assert.equal(emitToUser(ground.service, "kim", "hi", 1), true);
      assert.equal(await arrived, 1);
      assert.equal(emitToUser(ground.service, "nobody", "hi", 1), false);
      client.disconnect();
    });

    it("Emit to room: any event", async () => {
      const client = await ground.connected("leo");
      await client.emitWithAck("join-room", "helpers");
      const arrived = next(client, "hi");
      assert.equal(emitToRoom(ground.service, "helpers", "hi", { a: 1 }), true);
      assert.deepEqual(await arrived, { a: 1 });
      assert.equal(emitToRoom(ground.service, "helpers", "disconnect", {}), false);
      client.disconnect();
    });

    it("Broadcast: says whether it was accepted", async () => {
      const client = await ground.connected("mia");
      const arrived = next(client, "all");
      assert.equal(broadcast(ground.service, "all", 2), true);
      assert.equal(await arrived, 2);
      assert.equal(broadcast(ground.service, "connect", 2), false);
      client.disconnect();
    });
  });

  describe("Manejo de Errores", () => {
    it("Handle unknown user gracefully: nothing throws, nothing changes", () => {
      const service = create();
      service.unregisterUser("s9");
      service.leaveRoom(fakeSocket("s9"), "r");
      assert.equal(service.disconnectUser("nobody"), 0);
      assert.equal(service.stats.errors, 0);
      assert.equal(service.stats.disconnections, 0);
    });

    it("Track errors in stats: what cannot be done is counted", () => {
      const service = create();
      service.joinRoom(fakeSocket("unregistered"), "r");
      assert.equal(service.publishNotification({ userId: "u", type: "INFO", title: "" }), false);
      assert.equal(service.publishUpdate({ roomId: "", type: "T" }), false);
      service.registerUser("s", "");
      assert.equal(service.stats.errors, 4);
    });

    it("Continue after error: what comes next works", () => {
      const service = create();
      service.registerUser("s1", "u1");
      assert.equal(service.sendToUser("u1", "connect", {}), false);
      assert.equal(service.sendToUser("u1", "fine", {}), true);
      assert.equal(service.publishNotification({ userId: "u1", ...note }), true);
    });
  });

  describe("Concurrencia", () => {
    it("Multiple concurrent connections (100): all are registered and all can be reached", async () => {
      const ids = Array.from({ length: 100 }, (_, index) => `many-${index}`);
      const clients = await Promise.all(ids.map((id) => ground.connected(id)));
      assert.ok(ids.every((id) => ground.service.isUserConnected(id)));
      const arrived = clients.map((client) => next(client, "count"));
      ground.service.broadcast("count", 100);
      assert.deepEqual(new Set(await Promise.all(arrived)), new Set([100]));
      for (const client of clients) client.disconnect();
    });

    it("Concurrent room operations (50): each is done, none twice", async () => {
      const clients = await Promise.all(Array.from({ length: 50 }, (_, index) => ground.connected(`room-${index}`)));
      const replies = await Promise.all(clients.map((client) => client.emitWithAck("join-room", "crowd")));
      assert.ok(replies.every(({ ok }) => ok));
      assert.equal(ground.service.getUsersInRoom("crowd").length, 50);
      await Promise.all(clients.map((client) => client.emitWithAck("leave-room", "crowd")));
      assert.equal(ground.service.rooms.has("crowd"), false);
      for (const client of clients) client.disconnect();
    });

    it("Concurrent messaging (100): all arrive, in order, once", async () => {
      const client = await ground.connected("nel");
      const got = heard<Notification>(client, "notification");
      const titles = Array.from({ length: 100 }, (_, index) => `n${index}`);
      const last = next(client, "last");
      for (const title of titles) ground.service.publishNotification({ userId: "nel", type: "INFO", title });
      ground.service.sendToUser("nel", "last", {});
      await last;
      assert.deepEqual(
        got.map(({ title }) => title),
        titles,
      );
      client.disconnect();
    });
  });

  // In CPU time of the process, which other processes do not lengthen; `npm run bench` measures what users see.
  describe("Rendimiento", () => {
    const perCall = (work: (index: number) => void): number => {
      const before = process.cpuUsage();
      for (let index = 0; index < 1_000; index++) work(index);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1_000_000;
    };

    it("Register user < 5ms: of CPU, over 1,000 calls", () => {
      const service = create();
      assert.ok(perCall((index) => service.registerUser(`s${index}`, `u${index}`)) < 5);
      assert.equal(service.clients.size, 1_000);
    });

    it("Publish notification < 5ms: of CPU, over 1,000 calls", () => {
      const service = create();
      service.registerUser("s1", "u1");
      assert.ok(perCall(() => service.publishNotification({ userId: "u1", ...note })) < 5);
      assert.equal(service.stats.messagesPublished, 1_000);
    });

    it("Emit message < 2ms: of CPU, over 1,000 calls", () => {
      const service = create();
      service.registerUser("s1", "u1");
      assert.ok(perCall(() => service.sendToUser("u1", "event", { key: "value" })) < 2);
      assert.equal(service.stats.messagesPublished, 1_000);
    });
  });

  describe("Edge Cases", () => {
    it("Empty user list: every question has an empty answer", () => {
      const service = create();
      assert.deepEqual(service.getConnectedUsers(), []);
      assert.equal(service.getConnectedUsersCount(), 0);
    });

    it("Register same socket twice: once; with another user it moves", () => {
      const service = create();
      service.registerUser("s1", "u1");
      service.joinRoom(fakeSocket("s1"), "r");
      service.registerUser("s1", "u1");
      assert.equal(service.stats.connections, 1);
      assert.deepEqual(service.getUsersInRoom("r"), ["u1"]);
      service.registerUser("s1", "u2");
      assert.equal(service.stats.connections, 1);
      assert.deepEqual(service.getConnectedUsers(), ["u2"]);
      assert.equal(service.rooms.size, 0);
    });

    it("Join same room twice: one membership, one event", () => {
      const service = create();
      const socket = fakeSocket("s1");
      service.registerUser("s1", "u1");
      service.joinRoom(socket, "r");
      service.joinRoom(socket, "r");
      assert.deepEqual(service.getUsersInRoom("r"), ["u1"]);
      assert.equal(socket.emitted.filter(({ event }) => event === "user-joined").length, 1);
    });

    it("Null payload: arrives as an empty object", async () => {
      const client = await ground.connected("ola");
      const arrived = next<Notification>(client, "notification");
      assert.equal(ground.service.publishNotification({ userId: "ola", ...note, payload: null }), true);
      assert.deepEqual((await arrived).payload, {});
      client.disconnect();
    });
  });
});

/** The terms that Engine.IO opens with. */
async function handshake(url: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}/socket.io/?EIO=4&transport=polling`);
  return JSON.parse((await response.text()).slice(1));
}
