import assert from "node:assert/strict";
import { readdirSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { systemClock } from "../../kit/clock.ts";
import { randomIds } from "../../kit/ids.ts";
import { type RedisServer, startRedisServer } from "./processes/redis-server.fixture.ts";
import {
  isRefusal,
  kept,
  newKey,
  type StartedEngine,
  type StartOptions,
  startEngine,
  text,
} from "./redis-ground.fixture.ts";

const everything = { limit: -1, metaTtlMs: 600_000 };

describe("the Redis engine, when Redis is away", () => {
  let server: RedisServer;
  const engines: StartedEngine[] = [];
  before(async () => {
    server = await startRedisServer({ appendfsync: "always" });
  });
  after(async () => {
    for (const engine of engines) await engine.stop();
    await server.stop();
  });
  async function start(options: StartOptions = {}): Promise<StartedEngine> {
    const engine = await startEngine(server, options);
    engines.push(engine);
    return engine;
  }
  const isRefused = (engine: StartedEngine): Promise<boolean> =>
    engine.broker.publish(newKey(), text("refused"), {}).then(() => false, isRefusal("unavailable"));

  it("reports a publication without an answer as unknown, later ones as refused, and goes on when Redis does", async () => {
    const engine = await start({ commandTimeoutMs: 300 });
    const key = newKey();
    await engine.broker.subscribe(key);
    await engine.broker.publish(key, text("before"), kept);
    server.pause();
    await assert.rejects(engine.broker.publish(key, text("unknown"), kept), isRefusal("outcomeUnknown"));
    while (!(await isRefused(engine)));
    await assert.rejects(engine.broker.history(key, everything), isRefusal("unavailable"));
    await assert.rejects(engine.presence.list(key), isRefusal("unavailable"));
    server.resume();
    while (await isRefused(engine)) await server.call("PING");
    await engine.broker.publish(key, text("again"), kept);
    const { publications } = await engine.broker.history(key, everything);
    const inHistory = publications.map(({ data }) => data).join();
    assert.match(inHistory, /^before,(unknown,)?again$/);
  });

  it("publishes once what was tried again with its idempotency key after an unknown outcome", async () => {
    const engine = await start({ commandTimeoutMs: 300 });
    const key = newKey();
    const options = { ...kept, idempotency: { key: "once", ttlMs: 60_000 } };
    server.pause();
    await assert.rejects(engine.broker.publish(key, text("1"), options), isRefusal("outcomeUnknown"));
    server.resume();
    const { position } = await engine.broker.publish(key, text("1"), options);
    assert.equal(position?.offset, 1);
    assert.equal((await engine.broker.history(key, everything)).publications.length, 1);
  });

  it("refuses at once when it is gone, and has its subscriptions again when it is back", async () => {
    const engine = await start();
    const [key, late] = [newKey(), newKey()];
    await engine.broker.subscribe(key);
    await server.kill();
    while (!(await isRefused(engine)));
    await assert.rejects(engine.health(), /is away/);
    const subscribing = engine.broker.subscribe(late);
    await server.restart();
    await subscribing;
    await engine.until(() => engine.interruptions.some((affects) => affects(key)));
    for (const each of [key, late]) await engine.broker.publish(each, text("back"), {});
    await engine.until(() => engine.publications.length >= 2);
    assert.deepEqual(new Set(engine.publications.map((event) => event.key)), new Set([key, late]));
  });

  it("lets a subscription wait for a bounded time", async () => {
    let ahead = 0;
    const engine = await start({ clock: { ...systemClock, monotonic: () => systemClock.monotonic() + ahead } });
    await server.kill();
    const subscribing = engine.broker.subscribe(newKey());
    ahead = 60_000;
    await assert.rejects(subscribing, isRefusal("unavailable"));
    await server.restart();
  });

  it("keeps no more waiting than it says, and refuses the rest", async () => {
    const engine = await start({ commandTimeoutMs: 2_000 });
    server.pause();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 12_000 }, (_, index) => engine.broker.publish(newKey(), text(`${index}`), {})),
    );
    server.resume();
    while (await isRefused(engine)) await server.call("PING");
    const refused = outcomes.filter((each) => each.status === "rejected" && isRefusal("unavailable")(each.reason));
    assert.ok(refused.length >= 2_000, `${refused.length} refused`);
  });
});

describe("the Redis engine, when another process of Redis answers", () => {
  const servers: RedisServer[] = [];
  const engines: StartedEngine[] = [];
  after(async () => {
    for (const engine of engines) await engine.stop();
    for (const server of servers) await server.stop();
  });
  async function start(): Promise<{ server: RedisServer; engine: StartedEngine }> {
    const server = await startRedisServer({ appendfsync: "always" });
    servers.push(server);
    const engine = await startEngine(server);
    engines.push(engine);
    return { server, engine };
  }

  it("begins a new epoch and keeps what there is, even where nothing was lost: nobody can tell", async () => {
    const { server, engine } = await start();
    const key = newKey();
    for (const data of ["1", "2", "3"]) await engine.broker.publish(key, text(data), kept);
    const before = await engine.broker.history(key, everything);
    await server.kill();
    await server.restart();
    await engine.until(() => engine.interruptions.length > 0);
    assert.deepEqual(await engine.broker.tops([key]), [undefined]);
    const page = await engine.broker.history(key, everything);
    assert.notEqual(page.top.epoch, before.top.epoch);
    assert.deepEqual(page, { ...before, top: { offset: 3, epoch: page.top.epoch } });
    assert.deepEqual(await engine.broker.tops([key]), [page.top]);
    const next = await engine.broker.publish(key, text("4"), kept);
    assert.deepEqual(next.position, { offset: 4, epoch: page.top.epoch });
  });

  it("never continues an epoch whose end was lost, also when new publications have passed it", async () => {
    const { server, engine } = await start();
    const key = newKey();
    for (let number = 1; number <= 20; number++) await engine.broker.publish(key, text(`${number}`), kept);
    const [before] = await engine.broker.tops([key]);
    await server.kill();
    // As if the machine had lost power before the last writes reached the disk.
    const folder = join(server.folder, "appendonlydir");
    const file = join(folder, readdirSync(folder).find((name) => name.endsWith(".incr.aof")) ?? "");
    truncateSync(file, Math.floor(statSync(file).size / 2));
    await server.restart();
    await engine.until(() => engine.interruptions.length > 0);
    for (let number = 1; number <= 20; number++) await engine.broker.publish(key, text(`new ${number}`), kept);
    const page = await engine.broker.history(key, everything);
    assert.ok(page.top.offset > 20 && page.top.offset < 40, `${page.top.offset}`);
    assert.notEqual(page.top.epoch, before?.epoch);
    const since = before ?? { offset: 0, epoch: "" };
    assert.deepEqual((await engine.broker.history(key, { ...everything, since })).publications, []);
  });
});

describe("the Redis engine", () => {
  let server: RedisServer;
  const engines: StartedEngine[] = [];
  before(async () => {
    server = await startRedisServer({ password: "right" });
  });
  after(async () => {
    for (const engine of engines) await engine.stop();
    await server.stop();
  });
  async function start(options: StartOptions = {}): Promise<StartedEngine> {
    const engine = await startEngine(server, { password: "right", ...options });
    engines.push(engine);
    return engine;
  }

  it("names the option when Redis refuses the password", async () => {
    for (const password of ["wrong", undefined]) {
      const options = password === undefined ? {} : { password };
      await assert.rejects(startEngine(server, options), /engine\.redis\.password/);
    }
  });

  it("subscribes to 20,000 channels, and again when the connection was killed", async () => {
    const engine = await start();
    const keys = Array.from({ length: 20_000 }, newKey);
    await Promise.all(keys.map((key) => engine.broker.subscribe(key)));
    await server.call("CLIENT", "KILL", "TYPE", "pubsub");
    await engine.until(() => engine.interruptions.length > 0);
    const [last] = keys.slice(-1);
    assert.ok(last);
    await engine.broker.publish(last, text("back"), {});
    await engine.until(() => engine.publications.length > 0);
    await Promise.all(keys.map((key) => engine.broker.unsubscribe(key)));
  });

  it("shows nobody of a node that has died, and those of the others all the time", async () => {
    const prefix = randomIds.letters(12);
    const [node, dying, late] = [await start({ prefix }), await start({ prefix }), await start({ prefix })];
    const key = newKey();
    await node.presence.add(key, { user: "ana", client: "c1" }, 60_000);
    await dying.presence.add(key, { user: "ben", client: "c2" }, 60_000);
    await dying.stop();
    assert.equal((await node.presence.stats(key)).clients, 2);
    // Its seconds are over.
    await server.call("ZADD", `${prefix}:nodes`, 1, dying.node);
    await late.presence.add(key, { user: "cyd", client: "c3" }, 60_000);
    for (const each of [node, late]) {
      for (let shown = ""; shown !== "c1,c3"; ) {
        const clients = (await each.presence.list(key)).map(({ client }) => client);
        shown = clients.sort().join();
        assert.ok(["c1,c3", "c1,c2,c3"].includes(shown), shown);
      }
      assert.deepEqual(await each.presence.stats(key), { clients: 2, users: 2 });
    }
  });

  it("leaves nothing behind for ever: every key of a channel ends by itself", async () => {
    const prefix = randomIds.letters(12);
    const engine = await start({ prefix });
    const key = newKey();
    await engine.broker.publish(key, text("1"), { ...kept, idempotency: { key: "a", ttlMs: 1_000 } });
    await engine.broker.publish(key, text("2"), { idempotency: { key: "b", ttlMs: 1_000 } });
    await engine.broker.history(newKey(), everything);
    await engine.presence.add(key, { user: "ana", client: "c1" }, 1_000);
    const names = (await server.call("KEYS", `${prefix}*`)) as string[];
    assert.equal(names.length, 8, names.join());
    for (const name of names) assert.ok(Number(await server.call("PTTL", name)) > 0, name);
  });

  it("keeps of a stream what its size says, however much goes through it", async () => {
    const engine = await start({ prefix: "size" });
    const key = newKey();
    const options = { stream: { size: 10, ttlMs: 60_000, metaTtlMs: 60_000 } };
    const data = "x".repeat(1_000);
    for (let round = 0; round < 20; round++) {
      await Promise.all(Array.from({ length: 100 }, () => engine.broker.publish(key, text(data), options)));
    }
    const bytes = Number(await server.call("MEMORY", "USAGE", `size:stream:${key}`));
    assert.ok(bytes < 10 * 1_000 * 3, `${bytes} bytes`);
  });
});
