import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type RedisServer, startRedisServer } from "../../../engines/redis/processes/redis-server.fixture.ts";
import { randomIds } from "../../../kit/ids.ts";
import { silentLog } from "../../../kit/log.ts";
import type { Notification, RoomMove, Update } from "./events.ts";
import { heard, next, type ServiceGround, settled, startService, until } from "./service-ground.fixture.ts";

const note = { type: "INFO", title: "t" } as const;

const startNode = ({ host, port }: RedisServer, redisPrefix: string): Promise<ServiceGround> =>
  startService({ redis: { host, port }, redisPrefix });

/** Two nodes that know of each other. */
async function withNodes(
  redis: RedisServer,
  test: (left: ServiceGround, right: ServiceGround) => Promise<void>,
): Promise<void> {
  const prefix = randomIds.letters(12);
  await using left = await startNode(redis, prefix);
  await using right = await startNode(redis, prefix);
  await until(async () => {
    const counts = await Promise.all([left, right].map(({ service }) => service.io.sockets.adapter.serverCount()));
    return counts.every((count) => count === 2);
  });
  await test(left, right);
}

describe("WebSocketServices that share a Redis", () => {
  let redis: RedisServer;
  before(async () => {
    redis = await startRedisServer();
  });
  after(() => redis.stop());

  it("reach the users of each other, and say truly whether there is one", () =>
    withNodes(redis, async (left, right) => {
      const ana = await right.connected("ana");
      await until(() => left.service.publishNotification({ userId: "ana", ...note, title: "known" }));
      await until(async () => (await left.service.isUserOnline("ana")) && !(await left.service.isUserOnline("bea")));
      assert.equal(left.service.isUserConnected("ana"), false, "this node's own view");
      const arrived = next<Notification>(ana, "notification");
      assert.deepEqual(await left.service.publishNotificationAsync({ userId: "ana", ...note }), { delivered: true });
      assert.ok(await arrived);
      const custom = next(ana, "custom");
      assert.equal(left.service.sendToUser("ana", "custom", { a: 1 }), true);
      assert.deepEqual(await custom, { a: 1 });
      ana.disconnect();
      await until(() => !left.service.publishNotification({ userId: "ana", ...note }));
    }));

  it("share rooms: members, updates, and one user-joined and user-left for a user with a device on each", () =>
    withNodes(redis, async (left, right) => {
      const watcher = await left.connected("watcher");
      await watcher.emitWithAck("join-room", "r");
      const joins = heard<RoomMove>(watcher, "user-joined");
      const leaves = heard<RoomMove>(watcher, "user-left");
      const far = await right.connected("ana");
      const joined = next(watcher, "user-joined");
      await far.emitWithAck("join-room", "r");
      await joined;
      const near = await left.connected("ana");
      const reply = await near.emitWithAck("join-room", "r");
      assert.ok(reply.ok);
      assert.deepEqual([...reply.users].sort(), ["ana", "watcher"]);
      const updates = [watcher, far, near].map((client) => next<Update>(client, "update"));
      assert.equal(right.service.publishUpdate({ roomId: "r", type: "T", payload: { n: 1 } }), true);
      for (const { payload } of await Promise.all(updates)) assert.deepEqual(payload, { n: 1 });
      await until(async () => {
        const { rooms, connectedUsers } = await right.service.getClusterStats();
        return rooms === 1 && connectedUsers === 2;
      });
      await near.emitWithAck("leave-room", "r");
      const left2 = next(watcher, "user-left");
      await far.emitWithAck("leave-room", "r");
      await left2;
      await settled(watcher);
      assert.deepEqual([joins.length, leaves.length], [1, 1]);
    }));

  it("count together, and broadcast to all", () =>
    withNodes(redis, async (left, right) => {
      const clients = [await left.connected("ana"), await right.connected("ana"), await right.connected("bea")];
      const arrived = clients.map((client) => next(client, "all"));
      left.service.broadcast("all", 1);
      assert.deepEqual(await Promise.all(arrived), [1, 1, 1]);
      await until(async () => (await left.service.getClusterStats()).connectedUsers === 2);
      const { connections, messagesPublished, scope } = await left.service.getClusterStats();
      assert.deepEqual([connections, messagesPublished, scope], [3, 1, "cluster"]);
    }));

  it("end a user's connections on every node", () =>
    withNodes(redis, async (left, right) => {
      const [near, far] = [await left.connected("ana"), await right.connected("ana")];
      const ended = [near, far].map((client) => next(client, "disconnect"));
      assert.equal(left.service.disconnectUser("ana"), 1);
      await Promise.all(ended);
      await until(() => right.service.getConnectedUsersCount() === 0);
    }));

  it("take the users of a node that left for gone, and tell their rooms", () =>
    withNodes(redis, async (left, right) => {
      const watcher = await left.connected("watcher");
      await watcher.emitWithAck("join-room", "r");
      const joined = next(watcher, "user-joined");
      const ana = await right.connected("ana");
      await ana.emitWithAck("join-room", "r");
      await joined;
      const gone = next<RoomMove>(watcher, "user-left");
      await right.service.close();
      assert.equal((await gone).userId, "ana");
      await until(() => !left.service.sendToUser("ana", "e", {}));
    }));
});

describe("a WebSocketService whose Redis is lost", () => {
  it("serves its own clients, says that it is not healthy, and is whole again when Redis is back", async () => {
    const redis = await startRedisServer();
    try {
      await withNodes(redis, async (left, right) => {
        const [ana, bea] = [await left.connected("ana"), await left.connected("bea")];
        const far = await right.connected("far");
        await ana.emitWithAck("join-room", "r");
        await redis.kill();
        await until(() => left.service.healthCheck().redis === "down" && right.service.healthCheck().redis === "down");
        assert.equal(left.service.healthCheck().healthy, false);

        const custom = next(ana, "custom");
        assert.equal(left.service.sendToUser("ana", "custom", 1), true);
        assert.equal(await custom, 1);
        const joined = next<RoomMove>(ana, "user-joined");
        const reply = await bea.emitWithAck("join-room", "r");
        assert.ok(reply.ok);
        assert.equal((await joined).userId, "bea");
        const update = next<Update>(bea, "update");
        left.service.publishUpdate({ roomId: "r", type: "T", payload: { during: true } });
        assert.deepEqual((await update).payload, { during: true });

        await redis.restart();
        await until(() => left.service.healthCheck().healthy && right.service.healthCheck().healthy);
        const all = [ana, bea, far].map((client) => next(client, "back"));
        await until(async () => (await left.service.getClusterStats()).connectedUsers === 3);
        right.service.broadcast("back", true);
        assert.deepEqual(await Promise.all(all), [true, true, true]);
        const crossing = next<Update>(bea, "update");
        right.service.publishUpdate({ roomId: "r", type: "T", payload: { after: true } });
        assert.deepEqual((await crossing).payload, { after: true });
      });
    } finally {
      await redis.stop();
    }
  });

  it("counts as an error what Redis did not take", async () => {
    const redis = await startRedisServer();
    try {
      await using ground = await startNode(redis, randomIds.letters(12));
      await until(() => ground.service.healthCheck().redis === "up");
      redis.pause();
      ground.service.broadcast("event", 1);
      await until(() => ground.service.stats.errors === 1);
      redis.resume();
    } finally {
      await redis.stop();
    }
  });

  it("is ready before it has given up a Redis that does not answer, and goes on trying", async () => {
    const redis = await startRedisServer();
    try {
      redis.pause();
      const given: unknown[] = [];
      const log = { ...silentLog, error: (...told: readonly unknown[]) => void given.push(told) };
      const { host, port } = redis;
      await using ground = await startService({ redis: { host, port }, redisPrefix: randomIds.letters(12), log });
      assert.deepEqual(given, []);
      const ana = await ground.connected("ana");
      const early = next(ana, "early");
      ground.service.broadcast("early", 1);
      assert.equal(await early, 1);
      redis.resume();
      await until(() => ground.service.healthCheck().healthy);
    } finally {
      await redis.stop();
    }
  });

  it("starts without it, serves its own clients, and joins the others when it comes", async () => {
    const redis = await startRedisServer();
    try {
      await redis.kill();
      const prefix = randomIds.letters(12);
      await using ground = await startNode(redis, prefix);
      assert.deepEqual([ground.service.healthCheck().redis, ground.service.healthCheck().healthy], ["down", false]);
      const ana = await ground.connected("ana");
      await ana.emitWithAck("join-room", "r");
      const early = next(ana, "early");
      ground.service.broadcast("early", 1);
      assert.equal(await early, 1);
      await redis.restart();
      await until(() => ground.service.healthCheck().healthy);
      await using other = await startNode(redis, prefix);
      await until(() => other.service.sendToUser("ana", "hello", 1));
      const update = next<Update>(ana, "update");
      other.service.publishUpdate({ roomId: "r", type: "T" });
      assert.equal((await update).roomId, "r");
    } finally {
      await redis.stop();
    }
  });
});
