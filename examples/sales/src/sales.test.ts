import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import {
  type RedisServer,
  startRedisServer,
} from "../../../packages/server/src/engines/redis/processes/redis-server.fixture.ts";
import type { Log } from "../../../packages/server/src/index.ts";
import { type AdminPage, openAdminPage } from "./admin-page.fixture.ts";
import { type Backend, startBackend } from "./backend.ts";
import { type LocalAccounts, startLocalAccounts } from "./infrastructure/accounts/local-accounts.ts";
import type { BusHealth } from "./infrastructure/event-bus/event-bus.interface.ts";

const nothing = (): void => {};
const silent: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

let accounts: LocalAccounts;
let folder = "";
before(async () => {
  accounts = await startLocalAccounts();
  folder = await mkdtemp(join(tmpdir(), "sales-"));
});
after(async () => {
  await accounts.stop();
  await rm(folder, { recursive: true });
});

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Instance extends Backend {
  /** Resolves when the bus is in that state. */
  busIs(holds: (health: BusHealth) => boolean): Promise<void>;
}

async function start(env: Readonly<Record<string, string>> = {}): Promise<Instance> {
  const watchers = new Set<() => void>();
  const backend = await startBackend({
    env: { HTTP_PORT: "0", WEB_PORT: "0", DATABASE_PATH: ":memory:", ...env },
    log: silent,
    accounts,
    busChanged: () => {
      for (const look of watchers) look();
    },
  });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= backend.stop();
    return stopped;
  };
  closers.push(stop);
  return {
    ...backend,
    stop,
    busIs: (holds) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!holds(backend.bus.health)) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
  };
}

async function enter(backend: Backend, user = "ada"): Promise<AdminPage> {
  const page = openAdminPage(backend.server.url, { token: accounts.token(user, "ADMIN") });
  closers.push(() => page.close());
  await page.until(({ entered }) => entered === 1, "auth_success");
  return page;
}

const brought = ({ events }: AdminPage): unknown[] =>
  events.map(({ type, source, data }) => [type, source, data.saleId, data.status, data.total, data.reason]);

describe("the manual tests of the sales notifications", () => {
  it("1: a sale that is created shows the badge, entered by hand or from a checkout", async () => {
    const backend = await start();
    const page = await enter(backend);
    assert.equal(page.hasNewSales, false);
    backend.ventas.create({ total: 100 });
    await page.until(({ hasNewSales }) => hasNewSales, "the badge");
    page.hasNewSales = false;
    backend.ventas.createFromCheckout({ items: [{ product: "coffee", quantity: 2, price: 4.5 }] });
    await page.until(({ hasNewSales }) => hasNewSales, "the badge again");
    assert.deepEqual(brought(page), [
      ["SALE_CREATED", "VentasService.create", 1, "pending", 100, "created"],
      ["SALE_CREATED", "VentasService.createFromCheckout", 2, "pending", 9, "created"],
    ]);
  });

  it("2: a payment that is confirmed shows the badge, once", async () => {
    const backend = await start();
    const { id } = backend.ventas.create({ total: 10 });
    const page = await enter(backend);
    backend.payments.confirmPayment(id);
    await page.until(({ hasNewSales }) => hasNewSales, "the badge");
    backend.payments.confirmPayment(id);
    backend.ventas.create({ total: 1 });
    await page.until(({ events }) => events.length === 2, "the next sale");
    assert.deepEqual(brought(page), [
      ["SALE_CREATED", "PaymentProcessingService.confirmPayment", id, "approved", 10, "payment_confirmed"],
      ["SALE_CREATED", "VentasService.create", 2, "pending", 1, "created"],
    ]);
  });

  it("3: every administrator on every instance gets each sale once; others get nothing", async () => {
    const redis = await startRedisServer();
    closers.push(() => redis.stop());
    const env = { ...withRedis(redis), DATABASE_PATH: join(folder, "three.sqlite") };
    const instances = [await start(env), await start(env)] as const;
    for (const { busIs } of instances) await busIs(({ reach }) => reach === "redis");
    const pages = await Promise.all(
      instances.flatMap((each, index) => [enter(each, `ada ${index}`), enter(each, `eva ${index}`)]),
    );
    const outsider = openAdminPage(instances[0].server.url, { token: accounts.token("bob", "SELLER") });
    closers.push(() => outsider.close());
    for (let number = 0; number < 10; number++) {
      const { ventas, payments } = instances[number % 2 === 0 ? 0 : 1];
      const { id } = ventas.create({ total: number });
      payments.confirmPayment(id);
    }
    for (const page of pages) {
      await page.until(({ events }) => events.length >= 20, "all sales");
      const ids = page.events.map(({ data }) => `${data.saleId} ${data.reason}`);
      assert.equal(new Set(ids).size, 20, "each once");
      assert.equal(page.events.length, 20);
    }
    await outsider.until(({ failed }) => failed !== undefined, "the refusal");
    assert.deepEqual([outsider.failed, outsider.events, outsider.attempts], [4403, [], 1]);
  });

  it("4: a page whose server goes away tries again, comes back, and knows whether it missed anything", async () => {
    const backend = await start();
    const page = await enter(backend);
    backend.ventas.create({ total: 1 });
    await page.until(({ events }) => events.length === 1, "the first sale");
    const { port } = new URL(backend.server.url);
    await backend.stop();
    await page.until(({ attempts }) => attempts >= 3, "further attempts");
    const again = await start({ HTTP_PORT: port });
    await page.until(({ entered }) => entered === 2, "the return");
    await page.until(({ gaps }) => gaps === 1, "the word that the new server knows nothing of the old one's events");
    again.ventas.create({ total: 2 });
    await page.until(({ events }) => events.length === 2, "the sale after the return");
    assert.equal(page.failed, undefined);
  });
});

const withRedis = ({ host, port }: Pick<RedisServer, "host" | "port">): Record<string, string> => ({
  ENABLE_REDIS: "true",
  REDIS_HOST: host,
  REDIS_PORT: String(port),
  REDIS_PASSWORD: "",
  REDIS_DB: "0",
});

describe("the event bus", () => {
  it("serves one instance without Redis", async () => {
    const { bus } = await start();
    assert.deepEqual(bus.health, { reach: "local", degraded: false, untold: 0 });
  });

  it("goes on alone without Redis, at the start and later, says so, and comes back by itself", async () => {
    const redis = await startRedisServer();
    closers.push(() => redis.stop());
    await redis.kill();
    const [one, other] = [await start(withRedis(redis)), await start(withRedis(redis))] as const;
    const [near, far] = [await enter(one), await enter(other)] as const;
    assert.deepEqual([one.bus.health.reach, one.bus.health.degraded], ["local", true]);
    one.ventas.create({ total: 1 });
    await near.until(({ events }) => events.length === 1, "the local event");

    await redis.restart();
    for (const { busIs } of [one, other]) await busIs(({ reach }) => reach === "redis");
    one.ventas.create({ total: 2 });
    await far.until(({ events }) => events.length === 1, "the event of the other instance");

    await redis.kill();
    for (const { busIs } of [one, other]) await busIs(({ degraded }) => degraded);
    one.ventas.create({ total: 3 });
    await near.until(({ events }) => events.length === 3, "the local event during the outage");

    await redis.restart();
    for (const { busIs } of [one, other]) await busIs(({ reach }) => reach === "redis");
    other.ventas.create({ total: 4 });
    await near.until(({ events }) => events.length === 4, "the event after the return");
    const totals = ({ events }: AdminPage): number[] => events.map(({ data }) => data.total);
    assert.deepEqual(
      [totals(near), totals(far)],
      [
        [1, 2, 3, 4],
        [2, 4],
      ],
    );
    assert.equal(one.bus.health.untold, 2);
  });

  it("notices a Redis that neither answers nor goes, and comes back to it", async () => {
    const redis = await startRedisServer();
    closers.push(() => redis.stop());
    const { bus, ventas, busIs } = await start(withRedis(redis));
    await busIs(({ reach }) => reach === "redis");
    redis.pause();
    try {
      ventas.create({ total: 1 });
      await busIs(({ degraded }) => degraded);
    } finally {
      redis.resume();
    }
    await busIs(({ reach }) => reach === "redis");
    assert.equal(bus.health.degraded, false);
  });

  it("delivers an event once, also when it comes twice, and listens on when something else speaks or a listener fails", async () => {
    const redis = await startRedisServer();
    closers.push(() => redis.stop());
    const backend = await start(withRedis(redis));
    await backend.busIs(({ reach }) => reach === "redis");
    const heard: number[] = [];
    backend.bus.subscribe(() => {
      throw new Error("a listener that fails");
    });
    const last = Promise.withResolvers<void>();
    backend.bus.subscribe(({ data }) => {
      heard.push(data.total);
      if (data.total === 9) last.resolve();
    });
    const event = (id: string, total: number): object => ({ id, type: "SALE_CREATED", data: { total } });
    const tell = (message: unknown): Promise<unknown> => redis.call("PUBLISH", "events:sale", JSON.stringify(message));
    await redis.call("PUBLISH", "events:sale", "no JSON");
    await tell(null);
    await tell({ event: {} });
    await tell({ originId: "x", event: event("a", 1) });
    await tell({ originId: "y", event: event("a", 1) });
    await tell({ originId: "x", event: event("b", 9) });
    await last.promise;
    assert.deepEqual(heard, [1, 9]);
  });
});

describe("a sale", () => {
  it("that is not committed is announced to nobody", async () => {
    const { ventas, payments, bus } = await start();
    const heard: unknown[] = [];
    bus.subscribe((event) => heard.push(event));
    assert.throws(() => ventas.create({ total: -1 }), /CHECK/);
    assert.throws(() => ventas.createFromCheckout({ items: [] }), /at least one item/);
    const items = [
      { product: "a", quantity: 1, price: 1 },
      { product: "b", quantity: 0, price: 1 },
    ];
    assert.throws(() => ventas.createFromCheckout({ items }), /CHECK/);
    assert.throws(() => payments.confirmPayment(1), /no sale 1/);
    assert.deepEqual(heard, []);
    assert.equal(ventas.create({ total: 1 }).id, 1, "nothing of the failed ones is left");
  });
});
