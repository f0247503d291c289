import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { type Asker, DisconnectError, HubError, type HubEvent } from "../hub/index.ts";
import { systemClock } from "../kit/clock.ts";
import { silentLog } from "../kit/log.ts";
import { createVirtualClock } from "../kit/virtual-clock.ts";
import { type Backend, type BackendOptions, createBackend } from "./backend.ts";
import { answer, type BackendServer, type Received, startBackendServer } from "./backend-server.fixture.ts";

const asker: Asker = {
  tenant: "acme",
  user: "42",
  client: "c1",
  transport: "websocket",
  format: "cf-json",
  meta: '{"plan":12345678901234567890}',
  requestHeaders: new Map([
    ["cookie", "sid=1"],
    ["x-real", "from the request"],
  ]),
  emulatedHeaders: new Map([
    ["authorization", "Bearer x"],
    ["x-real", "pretended"],
    ["x-bad", "a\r\nb: c"],
    ["x-unlisted", "y"],
  ]),
};

const nothing: Received = { path: "", headers: {}, body: {}, text: "" };

const coded = (code: number) => (error: unknown) => error instanceof HubError && error.code === code;

describe("a backend over HTTP", () => {
  let server: BackendServer;
  before(async () => {
    server = await startBackendServer();
  });
  beforeEach(() => {
    server.received.length = 0;
    server.respond = answer({ result: { data: { ok: true } } });
  });
  after(() => server.stop());

  function setUp(options: Partial<BackendOptions> = {}, clock = systemClock) {
    const events: Extract<HubEvent, { type: "asked" }>[] = [];
    const emit = (event: HubEvent): void => void (event.type === "asked" && events.push(event));
    const backend = createBackend(
      {
        name: "b",
        endpoint: `${server.url}/ask`,
        timeoutMs: 5_000,
        headers: { http: [], emulated: [], fixed: {} },
        includeMeta: false,
        binary: false,
        statusTransforms: [],
        maxResponseBytes: 10_000,
        maxConcurrency: 4,
        breaker: { failures: 0, openMs: 5_000 },
        ...options,
      },
      { clock, log: silentLog, emit },
    );
    return { backend, events };
  }

  const rpc = (backend: Backend, data: string | Uint8Array = '{"n":12345678901234567890}') =>
    backend.ask({
      question: "rpc",
      asker,
      write: (questions) => questions.rpc({ asker, method: "m", data }),
      read: (result) => result.payload("data"),
    });

  it("is told whose question it is, and the data as the client wrote them", async () => {
    server.respond = (_, response) => response.end('{"result":{"data":{"big": 98765432109876543210}}}');
    const { backend, events } = setUp();
    assert.equal(await rpc(backend), '{"big": 98765432109876543210}');
    const [
      {
        body: { data, ...about },
        text,
      } = nothing,
    ] = server.received;
    assert.deepEqual(about, {
      client: "c1",
      transport: "websocket",
      protocol: "json",
      encoding: "json",
      tenant: "acme",
      user: "42",
      method: "m",
    });
    assert.match(text, /"data":\{"n":12345678901234567890\}/);
    assert.equal(events[0]?.outcome, "answered");
  });

  it("gets meta and base64 payloads where it asks for them", async () => {
    const { backend } = setUp({ includeMeta: true, binary: true });
    server.respond = answer({ result: { b64data: Buffer.from([0, 255]).toString("base64") } });
    assert.deepEqual(await rpc(backend), new Uint8Array([0, 255]));
    const [{ body, text } = nothing] = server.received;
    assert.equal(body.encoding, "binary");
    assert.equal(Buffer.from(String(body.b64data), "base64").toString(), '{"n":12345678901234567890}');
    assert.match(text, /"meta":\{"plan":12345678901234567890\}/);
  });

  it("gets only the headers that were listed; fixed ones win over the request's, those over what the client states", async () => {
    const headers = {
      http: ["Cookie", "X-Real", "Host"],
      emulated: ["Authorization", "x-real", "x-bad"],
      fixed: { "x-key": "secret" },
    };
    await rpc(setUp({ headers }).backend);
    const got = server.received[0]?.headers ?? {};
    assert.equal(got.cookie, "sid=1");
    assert.equal(got["x-real"], "from the request");
    assert.equal(got.authorization, "Bearer x");
    assert.equal(got["x-key"], "secret");
    assert.equal(got["x-bad"], undefined);
    assert.equal(got["x-unlisted"], undefined);
    assert.equal(got.host, new URL(server.url).host);
  });

  it("refuses with its own errors and disconnects", async () => {
    const { backend, events } = setUp();
    server.respond = answer({ error: { code: 1000, message: "no", temporary: true } });
    await assert.rejects(rpc(backend), { code: 1000, message: "no", temporary: true });
    server.respond = answer({ error: { code: 103 } });
    await assert.rejects(rpc(backend), { code: 103, message: "permission denied" });
    server.respond = answer({ disconnect: { code: 4500, reason: "banned" }, result: {} });
    await assert.rejects(
      rpc(backend),
      (error) =>
        error instanceof DisconnectError && error.disconnect.code === 4500 && error.disconnect.reason === "banned",
    );
    assert.deepEqual(
      events.map(({ outcome }) => outcome),
      ["answered", "answered", "answered"],
    );
  });

  it("that answers nothing has answered nothing", async () => {
    server.respond = answer({});
    assert.equal(await rpc(setUp().backend), undefined);
  });

  for (const [what, body] of [
    ["an error code of the client's own", { error: { code: 5, message: "x" } }],
    ["an error code beyond the application's", { error: { code: 3000, message: "x" } }],
    ["a disconnect code of the hub", { disconnect: { code: 3501, reason: "x" } }],
    ["a reason that fits no close frame", { disconnect: { code: 4001, reason: "x".repeat(200) } }],
    ["a result that is no object", { result: [] }],
    ["text that is not JSON", "<html>"],
    ["base64 that is none", { result: { b64data: "@@" } }],
    ["an answer that is too large", { result: { data: "x".repeat(20_000) } }],
  ] as const) {
    it(`that is wrong is an internal error to the client: ${what}`, async () => {
      server.respond = answer(body);
      const { backend, events } = setUp();
      await assert.rejects(rpc(backend), coded(100));
      assert.equal(events[0]?.outcome, "failed");
    });
  }

  it("that redirects is not followed", async () => {
    server.respond = (_, response) => {
      response.writeHead(307, { location: `${server.url}/elsewhere` });
      response.end();
    };
    await assert.rejects(rpc(setUp().backend), coded(100));
    assert.equal(server.received.length, 1);
  });

  it("whose status means something is understood", async () => {
    const statusTransforms = [
      { status: 404, error: { code: 404, message: "gone", temporary: false } },
      { status: 403, disconnect: { code: 4403, reason: "out" } },
    ];
    const { backend } = setUp({ statusTransforms });
    const status = (code: number) => {
      server.respond = (_, response) => {
        response.statusCode = code;
        response.end("whatever");
      };
    };
    status(404);
    await assert.rejects(rpc(backend), { code: 404, message: "gone" });
    status(403);
    await assert.rejects(rpc(backend), (error) => error instanceof DisconnectError && error.disconnect.code === 4403);
    status(500);
    await assert.rejects(rpc(backend), coded(100));
  });

  it("that hangs up, in the middle of its answer or before, is an internal error", async () => {
    const { backend } = setUp();
    server.respond = (_, response) => response.destroy();
    await assert.rejects(rpc(backend), coded(100));
    server.respond = (_, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write('{"result":', () => response.destroy());
    };
    await assert.rejects(rpc(backend), coded(100));
  });

  it("that is slow is not waited for longer than agreed, also in the middle of its answer", async () => {
    const { backend } = setUp({ timeoutMs: 50 });
    server.respond = () => {};
    await assert.rejects(rpc(backend), coded(100));
    server.respond = (_, response) => void response.write('{"result":');
    await assert.rejects(rpc(backend), coded(100));
  });

  it("has no more questions at once than agreed; some wait, the rest is refused with 111", async () => {
    const held: (() => void)[] = [];
    let atOnce = 0;
    const busy = Promise.withResolvers<void>();
    server.respond = (_, response) => {
      atOnce = Math.max(
        atOnce,
        held.push(() => response.end('{"result":{"data":1}}')),
      );
      if (held.length === 2) busy.resolve();
    };
    const { backend, events } = setUp({ maxConcurrency: 2 });
    const asked = Array.from({ length: 18 }, () => rpc(backend));
    await assert.rejects(rpc(backend), coded(111));
    assert.equal(events[0]?.outcome, "spared");
    await busy.promise;
    assert.equal(server.received.length, 2);
    server.respond = answer({ result: { data: 1 } });
    for (const release of held) release();
    assert.deepEqual(new Set(await Promise.all(asked)), new Set(["1"]));
    assert.equal(atOnce, 2);
  });

  it("that is down is spared after some failures, probed after a while, and asked again when it is back", async () => {
    const clock = createVirtualClock();
    const { backend, events } = setUp({ breaker: { failures: 2, openMs: 5_000 } }, clock);
    server.respond = (_, response) => response.destroy();
    await assert.rejects(rpc(backend), coded(100));
    await assert.rejects(rpc(backend), coded(100));
    const seen = server.received.length;
    await assert.rejects(rpc(backend), coded(100));
    assert.equal(server.received.length, seen);
    assert.equal(events.at(-1)?.outcome, "spared");
    server.respond = answer({ result: { data: 1 } });
    clock.advance(5_000);
    assert.deepEqual(
      await Promise.allSettled([rpc(backend), rpc(backend)]).then((all) => all.map((each) => each.status)),
      ["fulfilled", "rejected"],
    );
    assert.equal(await rpc(backend), "1");
  });

  it("that refuses is not taken for one that is down", async () => {
    const { backend } = setUp({ breaker: { failures: 1, openMs: 5_000 } });
    server.respond = answer({ error: { code: 1000, message: "no" } });
    for (let i = 0; i < 3; i++) await assert.rejects(rpc(backend), coded(1000));
    server.respond = answer("nonsense");
    for (let i = 0; i < 3; i++) await assert.rejects(rpc(backend), coded(100));
    server.respond = answer({ result: { data: 1 } });
    assert.equal(await rpc(backend), "1");
  });

  it("that nobody runs is an internal error", async () => {
    const gone = await startBackendServer();
    await gone.stop();
    await assert.rejects(rpc(setUp({ endpoint: gone.url }).backend), coded(100));
  });
});
