import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startTestHub, type TestHub } from "../../server/src/testing.ts";
import { openGate } from "./bindings/gate.fixture.ts";
import { ANA, openClients, openStage, type Stage, TENANT } from "./bindings/stage.fixture.ts";
import { createClient } from "./client.ts";
import { oneAtATime } from "./connection.ts";
import { createFakePage } from "./page.fixture.ts";
import { trace, until } from "./until.fixture.ts";

const NEVER = { minBackoffMs: 3_600_000, maxBackoffMs: 3_600_000 };
const CHANNEL = `tenant:${TENANT}:deployments`;

let stage: Stage;
before(async () => {
  stage = await openStage();
});
const open = openClients(() => stage);
after(() => stage.close());

const isLive = ({ status }: { readonly status: string }): boolean => status === "live";

describe("connection", () => {
  it("opens no socket before it is used, and none on a server that only renders", () => {
    const opened = stage.gate.opened;
    const client = open({ urls: ["/connection/websocket"] });
    assert.deepEqual(client.channel(CHANNEL).get(), { status: "idle" });
    assert.deepEqual(client.connection.get(), { status: "idle", attempts: 0 });
    assert.equal(stage.gate.opened, opened);
  });

  it("comes back by itself however often an attempt fails, and says how it stands", async () => {
    const client = open({ staleAfterMs: 1 });
    client.connect();
    await until(client.connection, isLive);
    const { seen, stop } = trace(client.connection, ({ status }) => status);
    stage.gate.cut();
    const { attempts, reason } = await until(client.connection, (state) => state.attempts >= 12);
    assert.ok(attempts >= 12 && reason);
    stage.gate.restore();
    await until(client.connection, isLive);
    assert.deepEqual(seen, ["live", "recovering", "stale", "live"]);
    assert.deepEqual([client.connection.get().attempts, client.connection.get().reason], [0, undefined]);
    stop();
  });

  it("closes when nobody has used it for a while", async () => {
    const client = open({ graceMs: 1, idleMs: 1 });
    const leave = client.channel(CHANNEL).subscribe(() => {});
    await until(client.connection, isLive);
    leave();
    await until(client.connection, ({ status }) => status === "idle");
    await stage.gate.empty();
  });

  it("opens again after close for whoever listens then", async () => {
    const client = open();
    client.channel(CHANNEL).subscribe(() => {});
    await until(client.connection, isLive);
    client.close();
    assert.equal(client.connection.get().status, "idle");
    await until(client.channel(CHANNEL), isLive);
  });
});

describe("token", () => {
  it("that the hub refuses is a failure with a reason, and connect tries again with a new one", async () => {
    const tokens = ["forged.token.here"];
    const client = open({ getToken: async () => tokens.pop() ?? stage.hub.token(ANA) });
    client.connect();
    const { reason } = await until(client.connection, ({ status }) => status === "failed");
    assert.deepEqual(reason, { code: 3500, message: "invalid token" });
    client.connect();
    await until(client.connection, isLive);
  });

  it("that nobody has means signed out, which is final", async () => {
    const client = open({ getToken: async () => null });
    client.connect();
    const { reason } = await until(client.connection, ({ status }) => status === "failed");
    assert.equal(reason?.message, "unauthorized");
  });

  it("that cannot be fetched now is asked for again until it can", async () => {
    let asked = 0;
    const client = open({
      getToken: async () => {
        asked += 1;
        if (asked < 4) throw new Error("the application's server is away");
        return stage.hub.token(ANA);
      },
    });
    client.connect();
    const { reason, status } = await until(client.connection, ({ attempts }) => attempts === 2);
    assert.equal(status, "connecting");
    assert.match(reason?.message ?? "", /the application's server is away/);
    await until(client.connection, isLive);
    assert.equal(asked, 4);
  });

  it("is renewed before it expires, on the same connection", async () => {
    let asked = 0;
    let renew = (): void => {};
    const renewed = new Promise<void>((resolve) => {
      renew = resolve;
    });
    const client = open({
      getToken: async () => {
        asked += 1;
        const token = await stage.hub.token({ ...ANA, ttl: asked === 1 ? 2 : 3600 });
        if (asked === 2) setImmediate(renew);
        return token;
      },
    });
    client.connect();
    const { client: name } = await until(client.connection, isLive);
    const { seen, stop } = trace(client.connection, ({ status }) => status);
    await renewed;
    // The hub answers in order: what it says to this comes after what it says to the new token.
    const channel = client.channel(CHANNEL);
    await until(channel, isLive);
    assert.deepEqual([seen, client.connection.get().client], [["live"], name]);
    stop();
  });

  it("is asked for once by all who need it at the same time", async () => {
    let asked = 0;
    const ask = oneAtATime(async () => {
      asked += 1;
      return asked;
    });
    assert.deepEqual(await Promise.all([ask(), ask(), ask()]), [1, 1, 1]);
    assert.equal(await ask(), 2);
  });
});

describe("page", () => {
  it("that goes offline is stale at once, and live as soon as it is online, without waiting", async () => {
    const page = createFakePage();
    const client = open({ page, ...NEVER });
    client.connect();
    await until(client.connection, isLive);
    page.become({ online: false });
    assert.deepEqual(
      [client.connection.get().status, client.connection.get().reason],
      ["stale", { code: 0, message: "offline" }],
    );
    page.become({ online: true });
    await until(client.connection, isLive);
  });

  it("that comes to the front does not wait for the next attempt", async () => {
    const page = createFakePage();
    const client = open({ page, ...NEVER });
    client.connect();
    await until(client.connection, isLive);
    page.become({ visible: false });
    stage.gate.cut();
    await until(client.connection, ({ status }) => status === "recovering");
    stage.gate.restore();
    page.become({ visible: true });
    await until(client.connection, isLive);
  });

  it("that slept takes a silent connection for dead, and one that spoke for alive", async () => {
    const page = createFakePage();
    const [sleeper, waker] = [open({ page, silenceMs: -1 }), open({ page, silenceMs: 3_600_000 })];
    for (const client of [sleeper, waker]) client.connect();
    const before = await until(sleeper.connection, isLive);
    const other = await until(waker.connection, isLive);
    page.become({ visible: true });
    await until(sleeper.connection, ({ client }) => client !== undefined && client !== before.client);
    assert.equal(waker.connection.get().client, other.client);
  });

  it("is watched only while the connection is wanted", () => {
    const page = createFakePage();
    const client = open({ page });
    client.connect();
    assert.equal(page.watchers(), 1);
    client.close();
    assert.equal(page.watchers(), 0);
  });
});

describe("several endpoints", () => {
  it("are tried one after the other, and the one that answers is kept", async () => {
    const [first, second] = await Promise.all([openGate(portOf(stage.hub)), openGate(portOf(stage.hub))]);
    const urls = [first, second].map(({ port }) => `http://localhost:${port}`);
    first.cut();
    const client = open({ urls });
    client.connect();
    const { url } = await until(client.connection, isLive);
    assert.equal(url, `ws://localhost:${second.port}/connection/websocket`);
    first.restore();
    second.cut();
    const back = await until(client.connection, (state) => isLive(state) && state.url !== url);
    assert.equal(back.url, `ws://localhost:${first.port}/connection/websocket`);
    client.close();
    await Promise.all([first.close(), second.close()]);
  });

  it("there must be one", () => {
    assert.throws(() => createClient({}), /needs the hub's address/);
  });
});

describe("a hub that starts again", () => {
  it("is found on the same port, and a new stream is not passed off as the old one", async () => {
    const config = { tenants: [{ id: TENANT }] };
    let hub = await startTestHub({ config });
    const port = portOf(hub);
    const client = open({ url: hub.websocketUrl, getToken: () => hub.token(ANA) });
    const channel = client.channel(CHANNEL);
    channel.subscribe(() => {});
    await until(channel, isLive);
    await hub.api("publish", { tenant: TENANT, channel: CHANNEL, data: { n: 1 } });
    await until(channel, ({ last }) => last !== undefined);
    await hub.stop();
    hub = await startTestHub({ config: { ...config, http_server: { port } } });
    const { recovery } = await until(channel, (state) => isLive(state) && state.recovery !== undefined);
    assert.deepEqual([recovery?.outcome, recovery?.recovered], ["gap", 0]);
    client.close();
    await hub.stop();
  });
});

const portOf = (hub: TestHub): number => Number(new URL(hub.url).port);
