import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { after, afterEach, before, describe, it } from "node:test";
import { openStage, type Stage } from "../bindings/stage.fixture.ts";
import { type Clock, systemClock } from "../kit/clock.ts";
import { createCell, type Store } from "../store.ts";
import type { PlainState, PlainStatus } from "./plain-core.ts";
import { createPlainSocket, type PlainSocket, type PlainSocketOptions } from "./plain-socket.ts";

const ROLE = "ADMIN";
const CHANNEL = "admin:sales";

let stage: Stage;
const releases: (() => void)[] = [];
let users = 0;

before(async () => {
  stage = await openStage({ plain_websocket: { roles: [ROLE], channel: CHANNEL } });
});
afterEach(async () => {
  for (const release of releases.splice(0)) release();
  stage.gate.restore();
  await stage.gate.empty();
});
after(() => stage.close());

const adminToken = (ttl?: number): Promise<string> =>
  stage.hub.token({ user: "root", roles: [ROLE, "admin"], ...(ttl === undefined ? {} : { ttl }) });

function open<Event>(options: Partial<PlainSocketOptions> = {}): PlainSocket<Event> {
  const socket = createPlainSocket<Event>({
    url: stage.plainUrl,
    getToken: () => adminToken(),
    baseDelayMs: 1,
    maxDelayMs: 20,
    user: `${++users}`,
    ...options,
  });
  releases.push(socket.subscribe(() => {}));
  return socket;
}

/** Resolves once the store's value is as wanted. */
function until<T>(store: Store<T>, holds: (value: T) => boolean): Promise<T> {
  return new Promise((resolve) => {
    const look = (): void => {
      const value = store.get();
      if (!holds(value)) return;
      stop();
      resolve(value);
    };
    const stop = store.subscribe(look);
    look();
  });
}

const untilStatus = (socket: Store<PlainState>, status: PlainStatus): Promise<PlainState> =>
  until(socket, (state) => state.status === status);

const sell = (saleId: number): Promise<unknown> =>
  stage.hub.api("publish", { channel: CHANNEL, data: { type: "SALE_CREATED", data: { saleId } } });

interface Sale {
  readonly type: string;
  readonly data: { readonly saleId: number };
}

/** Collects what a socket hears, and resolves `until` when it is so many. */
function listen(socket: PlainSocket<Sale>): { readonly heard: number[]; until(count: number): Promise<void> } {
  const heard: number[] = [];
  const waiting = new Set<() => void>();
  const stop = socket.onEvent((sale) => {
    heard.push(sale.data.saleId);
    for (const look of [...waiting]) look();
  });
  releases.push(stop);
  return {
    heard,
    until: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (heard.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}

const HEARTBEAT_MS = 12_345;

/** Sees the frames that sockets of this test get, before the socket under test does. */
function countPongs(later: (restore: () => void) => void): { until(count: number): Promise<void> } {
  const Original = globalThis.WebSocket;
  const count = createCell(0);
  class Tapped extends Original {
    constructor(url: string | URL) {
      super(url);
      this.addEventListener("message", ({ data }) => {
        if (String(data).includes('"pong"')) queueMicrotask(() => count.set(count.get() + 1));
      });
    }
  }
  globalThis.WebSocket = Tapped;
  later(() => {
    globalThis.WebSocket = Original;
  });
  return { until: async (wanted) => void (await until(count, (seen) => seen >= wanted)) };
}

describe("plain socket", () => {
  it("says who the hub takes it for, and hands on the events of the channel that comes with it", async () => {
    const socket = open<Sale>();
    const sales = listen(socket);
    const { userId, role, attempt, reason } = await untilStatus(socket, "live");
    assert.deepEqual({ userId, role, attempt, reason }, { userId: "root", role: ROLE, attempt: 0, reason: undefined });
    await sell(1);
    await sales.until(1);
    assert.deepEqual(sales.heard, [1]);
  });

  it("has everything that was published while its connection was cut, once and in order", async () => {
    const socket = open<Sale>({ attempts: 1_000 });
    const sales = listen(socket);
    await untilStatus(socket, "live");
    await sell(1);
    await sales.until(1);
    stage.gate.cut();
    await untilStatus(socket, "waiting");
    for (let saleId = 2; saleId <= 20; saleId++) await sell(saleId);
    stage.gate.restore();
    await sales.until(20);
    assert.deepEqual(
      sales.heard,
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
  });

  it("also has what came before its first event, counted from the moment it was let in", async () => {
    const socket = open<Sale>({ attempts: 1_000 });
    const sales = listen(socket);
    await untilStatus(socket, "live");
    stage.gate.cut();
    await untilStatus(socket, "waiting");
    await sell(7);
    stage.gate.restore();
    await sales.until(1);
    assert.deepEqual(sales.heard, [7]);
  });

  it("tells of a gap when the hub no longer has what was missed", async () => {
    const socket = open<Sale>({ attempts: 1_000 });
    const gap = new Promise<void>((resolve) => void releases.push(socket.onGap(resolve)));
    await untilStatus(socket, "live");
    stage.gate.cut();
    await untilStatus(socket, "waiting");
    await sell(8);
    await stage.hub.api("history_remove", { channel: CHANNEL });
    stage.gate.restore();
    await gap;
    const sales = listen(socket);
    await sell(9);
    await sales.until(1);
    assert.deepEqual(sales.heard, [9]);
  });

  it("stops after ten attempts in a row, and a retry by hand begins anew", async () => {
    stage.gate.cut();
    const socket = open();
    const { attempt } = await untilStatus(socket, "failed");
    assert.equal(attempt, 10);
    stage.gate.restore();
    socket.retry();
    await untilStatus(socket, "live");
    assert.equal(socket.get().attempt, 0);
  });

  it("counts attempts anew after each success", async () => {
    const socket = open({ attempts: 3 });
    for (let cut = 0; cut < 4; cut++) {
      await untilStatus(socket, "live");
      stage.gate.cut();
      await untilStatus(socket, "waiting");
      stage.gate.restore();
    }
    await untilStatus(socket, "live");
  });

  it("does not ask again when the hub refuses the token or the role", async () => {
    const forged = open({ getToken: () => "not.a.token" });
    const state = await untilStatus(forged, "failed");
    assert.deepEqual([state.reason?.code, state.attempt], [4401, 1]);
    assert.match(state.reason?.message ?? "", /^INVALID_TOKEN: /);
    const ordinary = open({ getToken: () => stage.hub.token({ user: "ana" }) });
    const { reason, attempt } = await untilStatus(ordinary, "failed");
    assert.deepEqual([reason?.code, attempt], [4403, 1]);
    assert.match(reason?.message ?? "", /^FORBIDDEN: /);
  });

  it("tries again when the source of tokens fails", async () => {
    let asked = 0;
    const getToken = (): Promise<string> => {
      asked++;
      return asked < 3 ? Promise.reject(new Error("signed out")) : adminToken();
    };
    const socket = open({ getToken });
    const { reason } = await untilStatus(socket, "waiting");
    assert.equal(reason?.message, "no token: signed out");
    await untilStatus(socket, "live");
    assert.equal(asked, 3);
  });

  it("renews a token that expires without losing the connection", async () => {
    let asked = 0;
    let renewed = (): void => {};
    const again = new Promise<void>((resolve) => {
      renewed = resolve;
    });
    const socket = open<Sale>({
      getToken: () => {
        asked++;
        if (asked === 2) renewed();
        return adminToken(asked === 1 ? 2 : 3_600);
      },
    });
    const sales = listen(socket);
    await untilStatus(socket, "live");
    const connections = stage.gate.opened;
    await again;
    await sell(11);
    await sales.until(1);
    assert.equal(stage.gate.opened, connections);
    assert.equal(socket.get().status, "live");
  });

  it("gives up a connection that says nothing from one heartbeat to the next", async () => {
    const mute = createServer((socket) => void socket.resume().on("error", () => {}));
    mute.listen(0, "localhost");
    await once(mute, "listening");
    const url = `localhost:${(mute.address() as AddressInfo).port}`;
    const socket = open({ url, heartbeatMs: 5, attempts: 1 });
    const { reason } = await untilStatus(socket, "failed");
    assert.equal(reason?.message, "the hub is silent");
    mute.close();
  });

  it("stays through heartbeats that are answered", async (test) => {
    const pongs = countPongs(test.after.bind(test));
    let beat = (): void => {};
    const clock: Clock = {
      ...systemClock,
      after(ms, task) {
        if (ms !== HEARTBEAT_MS) return systemClock.after(ms, task);
        beat = task;
        return () => {};
      },
    };
    const socket = open<Sale>({ heartbeatMs: HEARTBEAT_MS, attempts: 1, clock });
    await untilStatus(socket, "live");
    for (let count = 1; count <= 3; count++) {
      beat();
      await pongs.until(count);
    }
    assert.equal(socket.get().status, "live");
  });

  it("is one connection for all who listen, kept through a change of hands, and closed after the last", async () => {
    const one = open({ user: "ana" });
    const other = createPlainSocket({ url: stage.plainUrl, user: "ana", getToken: () => adminToken() });
    const stop = other.onEvent(() => {});
    await untilStatus(one, "live");
    const { opened } = stage.gate;
    for (const release of releases.splice(0)) release();
    stop();
    const again = other.subscribe(() => {});
    assert.equal(other.get().status, "live");
    again();
    again();
    assert.equal(stage.gate.opened, opened);
    await stage.gate.empty();
    assert.equal(one.get().status, "idle");
  });

  it("is never shared by two users", async () => {
    const before = stage.gate.opened;
    await Promise.all([open({ user: "ana" }), open({ user: "ben" })].map((socket) => untilStatus(socket, "live")));
    assert.equal(stage.gate.opened, before + 2);
  });

  it("makes no socket before somebody listens", () => {
    const before = stage.gate.opened;
    assert.equal(createPlainSocket({ url: stage.plainUrl, user: "nobody", getToken: () => "" }).get().status, "idle");
    assert.equal(stage.gate.opened, before);
  });
});
