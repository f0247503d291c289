import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { Centrifuge, type Options } from "centrifuge";
import { startTestHub, type TestHub } from "../../packages/server/src/testing.ts";
import { heard, heardIn, subscribed } from "./stage/heard.ts";

interface Question {
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
}
type Answers = Record<string, (question: Question) => unknown>;

const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

describe("an application's backend, through the official client", () => {
  let answers: Answers = {};
  let asked: (Question & { readonly path: string })[] = [];
  let hub: TestHub;
  const clients: Centrifuge[] = [];

  const backend = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on("end", () => {
      const question = { headers: request.headers, body: JSON.parse(text) as Question["body"] };
      const path = request.url ?? "";
      asked.push({ path, ...question });
      const value = answers[path]?.(question);
      if (value === undefined) response.statusCode = 503;
      response.end(JSON.stringify(value ?? {}));
    });
  });

  before(async () => {
    backend.listen(0, "127.0.0.1");
    await once(backend, "listening");
    const url = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
    const at = (path: string): object => ({
      endpoint: `${url}${path}`,
      timeout: "5s",
      circuit_breaker: { failures: 0 },
    });
    hub = await startTestHub({
      config: {
        client: {
          proxy: {
            connect: {
              ...at("/connect"),
              enabled: true,
              http_headers: ["X-Gateway"],
              emulated_headers: ["Authorization"],
              http: { static_headers: { "X-Key": "of the hub" } },
            },
            refresh: { ...at("/refresh"), enabled: true },
          },
        },
        channel: {
          proxy: { subscribe: at("/subscribe"), publish: at("/publish"), sub_refresh: at("/sub_refresh") },
          namespaces: [
            {
              name: "asked",
              history_size: 10,
              history_ttl: "1m",
              allow_history_for_subscriber: true,
              subscribe_proxy_enabled: true,
              publish_proxy_enabled: true,
              sub_refresh_proxy_enabled: true,
            },
            { name: "second", subscribe_proxy_enabled: true, subscribe_proxy_name: "other" },
            { name: "free", allow_subscribe_for_client: true },
            { name: "both", allow_subscribe_for_client: true, subscribe_proxy_enabled: true, presence: true },
          ],
        },
        rpc: {
          proxy: at("/rpc"),
          without_namespace: { proxy_enabled: true },
          namespaces: [{ name: "closed" }],
        },
        proxies: [
          {
            name: "other",
            ...at("/other"),
            include_connection_meta: true,
            http: { status_to_code_transforms: [{ status_code: 503, to_error: { code: 1503, message: "later" } }] },
          },
        ],
      },
    });
  });
  beforeEach(() => {
    asked = [];
    answers = { "/connect": () => ({ result: { user: "42" } }) };
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.disconnect();
  });
  after(async () => {
    await hub.stop();
    backend.close();
    backend.closeAllConnections();
  });

  function client(options: Partial<Options> = {}): Centrifuge {
    const made = new Centrifuge(hub.websocketUrl, { websocket: WebSocket, ...options });
    clients.push(made);
    return made;
  }
  async function join(options: Partial<Options> = {}): Promise<Centrifuge> {
    const joined = client(options);
    joined.connect();
    await joined.ready();
    return joined;
  }

  it("says who a client is, from its data and headers, and greets it", async () => {
    answers["/connect"] = ({ body, headers }) => ({
      result: {
        user: `${(body.data as { name: string }).name} by ${headers.authorization}`,
        data: { hello: true },
        subs: { "free:given": { data: "welcome" } },
      },
    });
    const alice = client({
      data: { name: "alice" },
      headers: { authorization: "x", cookie: "y" },
      name: "js",
      version: "1",
    });
    const connected = heard(alice, "connected");
    const given = heard(alice, "subscribed");
    alice.connect();
    assert.deepEqual((await connected.first()).data, { hello: true });
    assert.equal((await given.first()).data, "welcome");
    const [first] = asked;
    assert.ok(first);
    const { body, headers } = first;
    assert.equal(headers.cookie, undefined);
    assert.equal(headers["x-key"], "of the hub");
    const { client: id, ...rest } = body;
    assert.match(String(id), /^[\w-]{8,}$/);
    assert.deepEqual(rest, {
      transport: "websocket",
      protocol: "json",
      encoding: "json",
      name: "js",
      version: "1",
      data: { name: "alice" },
    });
  });

  it("without a result lets nobody in; with an error or a disconnect of its own says why", async () => {
    for (const [answer, code] of [
      [{}, 3501],
      [{ error: { code: 1000, message: "no" } }, 1000],
      [{ disconnect: { code: 4500, reason: "banned" } }, 4500],
      [{ result: { user: "a", channels: ["nowhere:x"] } }, 102],
      [{ result: { user: "a", channels: ["admin:x"] } }, 103],
    ] as const) {
      answers["/connect"] = () => answer;
      const stranger = client();
      const gone = heard(stranger, "disconnected");
      stranger.connect();
      assert.equal((await gone.first()).code, code);
    }
  });

  it("puts a client into a tenant, and is told that tenant from then on", async () => {
    answers["/connect"] = () => ({ result: { user: "42", tenant: "acme", meta: { plan: "free" } } });
    answers["/other"] = () => ({ result: { tenant: "globex" } });
    const subscription = await subscribed(await join(), "second:a");
    const question = asked.find(({ path }) => path === "/other")?.body ?? {};
    assert.deepEqual([question.tenant, question.user, question.channel], ["acme", "42", "second:a"]);
    assert.deepEqual(question.meta, { plan: "free" });
    const publications = heardIn(subscription, "publication");
    for (const tenant of ["globex", "acme"]) await hub.api("publish", { channel: "second:a", data: tenant, tenant });
    assert.equal((await publications.first()).data, "acme");
  });

  it("is not asked about a client that brings a token", async () => {
    await join({ token: await hub.token({ user: "7" }) });
    assert.deepEqual(asked, []);
  });

  it("allows a subscription with info and data, refuses another, and a status means what was agreed", async () => {
    answers["/subscribe"] = ({ body }) =>
      body.channel === "asked:yes"
        ? { result: { data: { got: body.data } } }
        : { error: { code: 1403, message: "not you" } };
    const alice = await join();
    const yes = alice.newSubscription("asked:yes", { data: { want: 1 } });
    const ready = heardIn(yes, "subscribed");
    yes.subscribe();
    assert.deepEqual((await ready.first()).data, { got: { want: 1 } });
    for (const [channel, code] of [
      ["asked:no", 1403],
      ["second:down", 1503],
    ] as const) {
      const no = alice.newSubscription(channel);
      const ended = heardIn(no, "unsubscribed");
      no.subscribe();
      assert.equal((await ended.first()).code, code);
    }
  });

  it("opens more in one subscription than the namespace does, and is named as its reason", async () => {
    answers["/subscribe"] = ({ body }) => ({ result: { allow: body.channel === "both:more" ? ["pub"] : [] } });
    const alice = await join();
    const [more, less] = [await subscribed(alice, "both:more"), await subscribed(alice, "both:less")];
    await more.publish({ n: 1 });
    await assert.rejects(more.presence(), { code: 103 });
    await assert.rejects(less.publish({ n: 1 }), { code: 103 });
    const { connections } = (await hub.api("connections", { user: "42" })) as { connections: object };
    const [{ state }] = Object.values(connections);
    assert.deepEqual(state.channels, { "both:more": { source: 4 }, "both:less": { source: 4 } });
  });

  it("changes what is published, or refuses it", async () => {
    answers["/subscribe"] = () => ({ result: {} });
    answers["/publish"] = ({ body }) =>
      body.data === "bad"
        ? { error: { code: 1400, message: "bad words" } }
        : { result: { data: { said: body.data }, tags: { checked: "yes" } } };
    const alice = await join();
    const room = await subscribed(alice, "asked:room");
    const heardThere = heardIn(room, "publication");
    await room.publish("hi");
    const { data, tags } = await heardThere.first();
    assert.deepEqual([data, tags], [{ said: "hi" }, { checked: "yes" }]);
    await assert.rejects(room.publish("bad"), { code: 1400, message: "bad words" });
    assert.equal((await room.history({ limit: 10 })).publications.length, 1);
  });

  it("answers methods; a namespace without a backend has none", async () => {
    answers["/rpc"] = ({ body }) => ({ result: { data: { method: body.method, twice: 2 * Number(body.data) } } });
    const alice = await join();
    assert.deepEqual((await alice.rpc("double", 21)).data, { method: "double", twice: 42 });
    await assert.rejects(alice.rpc("closed:x", 1), { code: 104 });
    answers["/rpc"] = () => undefined;
    await assert.rejects(alice.rpc("double", 1), { code: 100 });
  });

  it("prolongs a connection and a subscription before they end, without the client", async () => {
    answers["/connect"] = () => ({ result: { user: "42", expire_at: inSeconds(2) } });
    answers["/subscribe"] = () => ({ result: { expire_at: inSeconds(2) } });
    const prolonged = Promise.withResolvers<void>();
    const both = new Set<string>();
    const prolong = (path: string) => (): unknown => {
      both.add(path);

      if (both.size === 2) prolonged.resolve();
      return { result: { expire_at: inSeconds(600) } };
    };
    answers["/refresh"] = prolong("/refresh");
    answers["/sub_refresh"] = prolong("/sub_refresh");
    const alice = await join();
    await subscribed(alice, "asked:a");
    await prolonged.promise;
    assert.equal(alice.state, "connected");
  });

  it("ends a connection by not prolonging it", async () => {
    answers["/connect"] = () => ({ result: { user: "42", expire_at: inSeconds(2) } });
    answers["/refresh"] = () => ({ result: { expired: true } });
    const alice = await join();
    const leaving = heard(alice, "connecting");
    assert.deepEqual(await leaving.first(), { code: 3005, reason: "connection expired" });
  });
});
