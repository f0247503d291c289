import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createVirtualClock, startTestHub, type TestHub } from "../../../server/src/testing.ts";
import { createPlainRandom } from "../kit/instant-clock.fixture.ts";
import { ApiFailure, CircuitOpenError, RefusedError, UnreachableError } from "./failure.ts";
import { createServerApi, type ServerApiOptions } from "./server-api.ts";
import type { Fetch } from "./transport.ts";

let hub: TestHub;
before(async () => {
  hub = await startTestHub({
    config: {
      tenants: [{ id: "acme", api_keys: ["key-of-acme"] }],
      http_api: { key: "key" },
      channel: { namespaces: [{ name: "kept", history_size: 1000, history_ttl: "1h", presence: true }] },
    },
  });
});
after(() => hub.stop());

const apiOf = (options: ServerApiOptions = {}) => createServerApi({ url: hub.url, key: "key", ...options });

/** Counts what goes out, and answers with what `change` makes of it. */
function watched(change: (request: number, url: string) => Promise<Response> | undefined = () => undefined) {
  const urls: string[] = [];
  const bodies: string[] = [];
  const send: Fetch = async (url, request) => {
    urls.push(url.slice(url.lastIndexOf("/") + 1));
    bodies.push(String(request.body));
    const arrived = fetch(url, request);
    return change(urls.length, url) ?? arrived;
  };
  return { urls, bodies, fetch: send };
}

async function failureOf(call: Promise<unknown>): Promise<ApiFailure> {
  const error = await call.then(
    () => assert.fail("it succeeded"),
    (failure: unknown) => failure,
  );
  assert.ok(error instanceof ApiFailure, String(error));
  return error;
}

async function dataIn(channel: string): Promise<unknown[]> {
  const { publications } = await apiOf().call("history", { channel, limit: -1 });
  return publications.map(({ data }) => data);
}

describe("the client of the server API", () => {
  it("publishes, and tells where the publication stands", async () => {
    const api = apiOf();
    const { offset, epoch } = await api.publish("kept:first", { text: "hello" }, { tags: { lang: "en" } });
    assert.equal(offset, 1);
    const { publications, ...top } = await api.call("history", { channel: "kept:first", limit: 10 });
    assert.deepEqual(top, { offset, epoch });
    assert.deepEqual(publications, [{ data: { text: "hello" }, offset: 1, tags: { lang: "en" } }]);
  });

  it("sends many publications in few requests, each as one publication, in the order of the calls", async () => {
    const { urls, fetch } = watched();
    const api = apiOf({ fetch });
    const numbers = Array.from({ length: 250 }, (_, index) => index);
    const results = await Promise.all(numbers.map((n) => api.publish("kept:order", n)));
    assert.deepEqual(await dataIn("kept:order"), numbers);
    assert.deepEqual(
      results.map(({ offset }) => offset),
      numbers.map((n) => n + 1),
    );
    assert.deepEqual(urls, ["batch", "batch", "batch"]);
  });

  it("publishes an array as the one value that it is", async () => {
    await apiOf().publish("kept:array", [{ n: 1 }, { n: 2 }]);
    assert.deepEqual(await dataIn("kept:array"), [[{ n: 1 }, { n: 2 }]]);
  });

  it("publishes what the data was when it was handed in", async () => {
    const data = { n: 1 };
    const done = apiOf().publish("kept:snapshot", data);
    data.n = 2;
    await done;
    assert.deepEqual(await dataIn("kept:snapshot"), [{ n: 1 }]);
  });

  it("fails alone when one publication of a request is refused, and names the reason", async () => {
    const api = apiOf();
    const good = api.publish("kept:neighbour", 1);
    const bad = await failureOf(api.publish("nowhere:1", 1));
    assert.ok(bad instanceof RefusedError);
    assert.deepEqual([bad.reason, bad.code, bad.happened], ["unknownChannel", 102, "no"]);
    assert.match(bad.message, /no namespace "nowhere" is declared/);
    await good;
    assert.deepEqual(await dataIn("kept:neighbour"), [1]);
  });

  it("publishes once though the first answer was lost", async () => {
    const { urls, fetch } = watched((request) =>
      request === 1 ? Promise.reject(new TypeError("cut off")) : undefined,
    );
    const api = apiOf({ fetch, retry: { baseMs: 1 } });
    await Promise.all([api.publish("kept:once", "a"), api.publish("kept:once", "b")]);
    assert.equal(urls.length, 2);
    assert.deepEqual(await dataIn("kept:once"), ["a", "b"]);
  });

  it("without keys never sends again what may have arrived", async () => {
    const { urls, fetch } = watched((request) =>
      request === 1 ? Promise.reject(new TypeError("cut off")) : undefined,
    );
    const api = apiOf({ fetch, idempotencyKeys: false, retry: { baseMs: 1 } });
    const failure = await failureOf(api.publish("kept:unkeyed", "a"));
    assert.ok(failure instanceof UnreachableError);
    assert.deepEqual([failure.happened, urls.length], ["unknown", 1]);
  });

  it("lets a key of the caller's own stand", async () => {
    const { bodies, fetch } = watched();
    const api = apiOf({ fetch, random: createPlainRandom() });
    await api.publish("kept:keys", 1);
    await api.publish("kept:keys", 2, { idempotency_key: "order-7" });
    await api.publish("kept:keys", 3, { idempotency_key: "order-7" });
    assert.deepEqual(
      bodies.map((body) => JSON.parse(body).idempotency_key),
      ["id-1", "order-7", "order-7"],
    );
    assert.deepEqual(await dataIn("kept:keys"), [1, 2]);
  });

  it("repeats a question, and never an order that would undo what happened in between", async () => {
    const cut = (): ReturnType<typeof watched> =>
      watched((request) => (request === 1 ? Promise.reject(new TypeError("cut off")) : undefined));
    const question = cut();
    await apiOf({ fetch: question.fetch, retry: { baseMs: 1 } }).call("info", {});
    assert.equal(question.urls.length, 2);
    const order = cut();
    const api = apiOf({ fetch: order.fetch, retry: { baseMs: 1 } });
    await failureOf(api.call("history_remove", { channel: "kept:first" }));
    assert.equal(order.urls.length, 1);
  });

  it("leaves a hub alone that does not answer, and finds it again when it is back", async () => {
    const clock = createVirtualClock();
    let isDown = true;
    const { urls, fetch } = watched(() => (isDown ? Promise.reject(new TypeError("cut off")) : undefined));
    const api = apiOf({ fetch, clock, retry: { retries: 0 }, circuit: { failures: 2, coolDownMs: 1000 } });
    for (const _ of [1, 2]) assert.ok((await failureOf(api.call("info", {}))) instanceof UnreachableError);
    assert.ok((await failureOf(api.publish("kept:back", 1))) instanceof CircuitOpenError);
    assert.deepEqual([api.circuit, urls.length], ["open", 2]);
    isDown = false;
    clock.advance(1000);
    await api.publish("kept:back", 2);
    assert.deepEqual([api.circuit, await dataIn("kept:back")], ["closed", [2]]);
  });

  it("publishes into many channels, and answers for each", async () => {
    const { responses } = await apiOf().broadcast(["kept:b1", "nowhere:1"], "all");
    assert.equal(responses[0]?.result?.offset, 1);
    assert.equal(responses[1]?.error?.code, 102);
  });

  it("carries out several methods in one request, each with an outcome of its own", async () => {
    const { urls, fetch } = watched();
    const [published, stats, refused] = await apiOf({ fetch }).batch([
      { publish: { channel: "kept:batch", data: 1 } },
      { presence_stats: { channel: "kept:batch" } },
      { history: { channel: "nowhere:1" } },
    ]);
    assert.equal(published.result?.offset, 1);
    assert.equal(stats.result?.num_clients, 0);
    assert.match(refused.failure?.message ?? "", /unknown channel/);
    assert.deepEqual(await apiOf({ fetch }).batch([]), []);
    assert.deepEqual(urls, ["batch"]);
  });

  it("speaks for the tenant that it was made for, unless a call names another", async () => {
    const ofAcme = apiOf({ tenant: "acme" });
    await ofAcme.publish("kept:tenant", "acme's");
    assert.deepEqual(await dataIn("kept:tenant"), []);
    const found = await apiOf().call("history", { channel: "kept:tenant", limit: 1, tenant: "acme" });
    assert.equal(found.publications[0]?.data, "acme's");
    await ofAcme.publish("kept:tenant", "default's", { tenant: "default" });
    assert.deepEqual(await dataIn("kept:tenant"), ["default's"]);
  });

  it("says when the key is not known, and does not ask again", async () => {
    const { urls, fetch } = watched();
    const failure = await failureOf(apiOf({ key: "another", fetch }).publish("kept:x", 1));
    assert.ok(failure instanceof RefusedError && failure.reason === "unauthorized");
    assert.equal(urls.length, 1);
  });

  it("sends large requests as gzip, which the hub reads", async () => {
    const text = "ñ".repeat(5000);
    await apiOf({ gzipFrom: 1000 }).publish("kept:gzip", text);
    assert.deepEqual(await dataIn("kept:gzip"), [text]);
  });

  it("calls every method of managing and keeping out", async () => {
    const api = apiOf();
    const user = "ana";
    assert.deepEqual(await api.call("subscribe", { user, channel: "kept:m" }), {});
    assert.deepEqual(await api.call("unsubscribe", { user, channel: "kept:m" }), {});
    assert.deepEqual(await api.call("refresh", { user, expire_at: 4_102_444_800 }), {});
    assert.deepEqual(await api.call("disconnect", { user, disconnect: { code: 4501, reason: "out" } }), {});
    assert.deepEqual(await api.call("block_user", { user: "eve" }), {});
    assert.deepEqual(await api.call("unblock_user", { user: "eve" }), {});
    assert.deepEqual(await api.call("revoke_token", { uid: "jti" }), {});
    assert.deepEqual(await api.call("invalidate_user_tokens", { user: "eve" }), {});
    assert.deepEqual(await api.call("presence", { channel: "kept:m" }), { presence: {} });
    assert.deepEqual(await api.call("channels", { pattern: "kept:*" }), { channels: {} });
    assert.deepEqual(await api.call("connections", {}), { connections: {} });
    assert.deepEqual(await api.call("history_remove", { channel: "kept:m" }), {});
    assert.equal((await api.call("info", {})).nodes.length, 1);
    const failure = await failureOf(api.call("rpc", { method: "quote" }));
    assert.ok(failure instanceof RefusedError && failure.reason === "notAvailable");
  });

  it("is flushed when everything under way has been answered", async () => {
    const api = apiOf();
    const done: number[] = [];
    for (const n of [1, 2, 3]) void api.publish("kept:flush", n).then(() => done.push(n));
    await api.flush();
    assert.equal((await dataIn("kept:flush")).length, 3);
    assert.deepEqual([done, api.circuit], [[1, 2, 3], "closed"]);
  });

  it("rejects, in place of throwing, what cannot be written as JSON", async () => {
    await assert.rejects(apiOf().publish("kept:x", 1n), TypeError);
  });

  it("takes the address with or without a path, and says when it is none", async () => {
    await apiOf({ url: `${hub.url}/` }).publish("kept:address", 1);
    await apiOf({ url: `${hub.url}/api/` }).publish("kept:address", 2);
    assert.deepEqual(await dataIn("kept:address"), [1, 2]);
    assert.throws(() => apiOf({ url: "ws://localhost" }), /"ws:\/\/localhost", expected one like http:/);
    assert.throws(() => apiOf({ url: "localhost:8000" }), /expected one like http:/);
  });

  it("finds the hub in the environment, and says what is missing there", async () => {
    const { CENTRIFUGO_URL, CENTRIFUGO_TOKEN } = process.env;
    try {
      Object.assign(process.env, { CENTRIFUGO_URL: hub.url, CENTRIFUGO_TOKEN: "key" });
      await createServerApi().publish("kept:environment", 1);
      delete process.env.CENTRIFUGO_TOKEN;
      assert.throws(() => createServerApi(), /set CENTRIFUGO_TOKEN/);
      delete process.env.CENTRIFUGO_URL;
      assert.throws(() => createServerApi(), /set CENTRIFUGO_URL/);
    } finally {
      for (const [name, value] of Object.entries({ CENTRIFUGO_URL, CENTRIFUGO_TOKEN })) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  });
});
