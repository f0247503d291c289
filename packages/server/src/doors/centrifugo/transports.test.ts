import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { type Asker, DisconnectError, disconnects } from "../../hub/index.ts";
import { connectRaw, type RawClient } from "../../listeners/raw-client.contract.ts";
import { startTestHub, type TestHub } from "../../testing.ts";
import { decodeConnect } from "./json.ts";
import { ProtocolError } from "./messages.ts";

const on = { enabled: true };
const httpAnswers = {
  enabled: true,
  transforms: [{ code: 3500, to: { status_code: 401, body: "no such token" } }],
};
const config = {
  client: {
    allowed_origins: ["https://app.example"],
    ping_interval: "200ms",
    pong_timeout: "150ms",
    connect_code_to_unidirectional_disconnect: {
      enabled: true,
      transforms: [{ code: 102, to: { code: 4501, reason: "no such channel" } }],
    },
  },
  http_stream: { ...on, max_request_body_size: 1_000 },
  sse: on,
  emulation: { max_request_body_size: 1_000 },
  init: on,
  uni_websocket: on,
  uni_http_stream: on,
  uni_sse: { ...on, connect_code_to_http_response: httpAnswers },
  channel: {
    namespaces: [
      { name: "news", history_size: 10, history_ttl: "1m", force_recovery: true, allow_subscribe_for_client: true },
      {
        name: "latest",
        history_size: 10,
        history_ttl: "1m",
        force_recovery: true,
        force_recovery_mode: "cache",
        auto_cache_recover: true,
        allow_subscribe_for_client: true,
      },
      { name: "closed" },
    ],
  },
};

let server: TestHub;
let token: string;
const clients: RawClient[] = [];
before(async () => {
  server = await startTestHub({ config });
  token = await server.token({ user: "ana" });
});
after(async () => {
  for (const client of clients) client.socket.destroy();
  await server.stop();
});

async function raw(path: string, options: { stream?: boolean; method?: string } = {}): Promise<RawClient> {
  const client = await connectRaw({ port: Number(new URL(server.url).port), path, ...options });
  clients.push(client);
  return client;
}

const query = (request: object): string => `?cf_connect=${encodeURIComponent(JSON.stringify(request))}`;
const post = (path: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(server.url + path, { method: "POST", body, headers });

/** The messages of events or lines that have come so far. */
const messages = (client: RawClient): Record<string, Record<string, unknown>>[] =>
  client.messages.flatMap((line) => {
    const text = String(line)
      .replace(/^data: /, "")
      .trim();
    return text === "" ? [] : [JSON.parse(text)];
  });

describe("emulation", () => {
  it("answers 204, or says what is wrong: 404 for an unknown node, 400, 413, 405", async () => {
    const { connect = {} } = (await firstReply()) as { connect?: { session?: string; node?: string } };
    const request = (fields: object): string => JSON.stringify({ ...connect, data: '{"id":2,"rpc":{}}', ...fields });
    const statuses = [request({}), request({ session: "ended" }), request({ node: "unknown" }), "{", "7"];
    const answers = await Promise.all(statuses.map((body) => post("/emulation", body)));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [204, 204, 404, 400, 400],
    );
    assert.equal((await post("/emulation", request({ data: "x".repeat(2_000) }))).status, 413);
    assert.equal((await fetch(`${server.url}/emulation`)).status, 405);
  });

  it("brings replies on the stream", async () => {
    const stream = await raw(`/connection/sse${query({ id: 1, connect: { token } })}`, { stream: true });
    await stream.until(() => messages(stream).length === 1, "the connect reply");
    const { session, node } = messages(stream)[0]?.connect ?? {};
    const data = '{"id":2,"subscribe":{"channel":"news:a"}}\n{"id":3,"unsubscribe":{"channel":"news:a"}}\n{}';
    assert.equal((await post("/emulation", JSON.stringify({ session, node, data }))).status, 204);
    await stream.until(() => messages(stream).some(({ push }) => push?.disconnect), "the end");
    const [, subscribe, unsubscribe, end] = messages(stream);
    assert.deepEqual([subscribe?.id, unsubscribe?.id], [2, 3]);
    assert.deepEqual(end?.push?.disconnect, { code: 3501, reason: "bad request" }, "a pong that was not asked for");
  });

  async function firstReply(): Promise<unknown> {
    const response = await post("/connection/http_stream", JSON.stringify({ id: 1, connect: { token } }));
    const reader = response.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    await reader?.cancel();
    return JSON.parse(new TextDecoder().decode(value));
  }
});

describe("pages of other origins", () => {
  const origin = "https://app.example";
  it("are told that they may, before and with every answer", async () => {
    const headers = { origin, "access-control-request-headers": "content-type" };
    for (const path of ["/emulation", "/connection/http_stream", "/connection/sse", "/connection/uni_sse"]) {
      const asked = await fetch(server.url + path, { method: "OPTIONS", headers });
      assert.equal(asked.status, 204);
      assert.equal(asked.headers.get("access-control-allow-origin"), origin);
      assert.equal(asked.headers.get("access-control-allow-credentials"), "true");
      assert.equal(asked.headers.get("access-control-max-age"), "300");
      assert.equal(asked.headers.get("access-control-allow-headers"), "content-type");
    }
    const init = await fetch(`${server.url}/connection/init`, { headers });
    assert.deepEqual([init.status, init.headers.get("access-control-allow-origin")], [200, origin]);
    assert.equal((await post("/emulation", "{", { origin })).headers.get("access-control-allow-origin"), origin);
  });

  it("that are not allowed get 403 everywhere", async () => {
    for (const path of ["/emulation", "/connection/http_stream", "/connection/sse", "/connection/uni_http_stream"]) {
      assert.equal((await post(path, "{}", { origin: "https://evil.example" })).status, 403, path);
    }
  });
});

describe("a stream", () => {
  it("without commands is refused or ended with a reason", async () => {
    assert.equal((await fetch(`${server.url}/connection/sse`)).status, 400);
    assert.equal((await post("/connection/http_stream", "x".repeat(2_000))).status, 413);
    const ended = await (await post("/connection/http_stream", "{")).text();
    assert.equal(ended, '{"push":{"disconnect":{"code":3501,"reason":"bad request"}}}\n');
  });
});

describe("a client that only listens", () => {
  it("gets the connect, publications and pings, each by itself, over every transport", async () => {
    const wish = query({ token, subs: { "news:b": {} } });
    const heard = [
      await raw(`/connection/uni_sse${wish}`, { stream: true }),
      await raw(`/connection/uni_websocket${wish}`),
      await raw("/connection/uni_websocket"),
    ];
    heard[2]?.send(JSON.stringify({ token, subs: { "news:b": {} } }));
    for (const client of heard) await client.until(() => messages(client).length > 0, "the connect");
    await server.api("publish", { channel: "news:b", data: { n: 1 } });
    for (const client of heard) {
      const isPing = (message: object): boolean => Object.keys(message).length === 0;
      await client.until(() => messages(client).filter(isPing).length > 2, "pings beyond the patience for pongs");
      const [connect, publication] = messages(client).filter((message) => !isPing(message));
      assert.ok(connect?.connect?.session && connect.connect.subs);
      assert.deepEqual([publication?.channel, publication?.pub?.data], ["news:b", { n: 1 }]);
    }
  });

  it("gets the latest at once in a channel that keeps it", async () => {
    await server.api("publish", { channel: "latest:a", data: "now" });
    const client = await raw(`/connection/uni_sse${query({ token, subs: { "latest:a": {} } })}`, { stream: true });
    await client.until(() => messages(client).length > 0, "the connect");
    const subs = messages(client)[0]?.connect?.subs as Record<string, { publications: { data: unknown }[] }>;
    assert.deepEqual(
      subs["latest:a"]?.publications.map(({ data }) => data),
      ["now"],
    );
  });

  it("is sent away with the code of its error, and hears it before the end", async () => {
    for (const [channel, code] of [
      ["closed:a", 3507],
      ["nosuch:a", 4501],
    ] as const) {
      const client = await raw(`/connection/uni_websocket${query({ token, subs: { [channel]: {} } })}`);
      await client.gone();
      assert.equal(client.closeCode, code);
      assert.equal(messages(client)[0]?.disconnect?.code, code);
    }
  });

  it("gets an HTTP status for a refused credential where that is configured, and 400 for what is no request", async () => {
    const refused = await fetch(`${server.url}/connection/uni_sse${query({ token: "forged" })}`);
    assert.deepEqual([refused.status, await refused.text()], [401, "no such token\n"]);
    assert.equal((await fetch(`${server.url}/connection/uni_sse?cf_connect=7`)).status, 400);
    assert.equal((await post("/connection/uni_http_stream", '{"subs":7}')).status, 400);
    assert.equal((await raw("/connection/uni_websocket?cf_connect={")).status, 400);
  });
});

describe("an application that is asked before there is a stream", () => {
  it("is told the client's id, transport and format, and the stream keeps that id", async () => {
    const asked: Asker[] = [];
    const hub = await startTestHub({
      config,
      application: {
        onConnect({ asker, name }) {
          asked.push(asker);
          return name === "known" ? { user: "42" } : Promise.reject(new DisconnectError(disconnects.invalidToken));
        },
      },
    });
    try {
      const at = `${hub.url}/connection/uni_sse`;
      assert.equal((await fetch(at + query({ name: "stranger" }))).status, 401);
      const port = Number(new URL(hub.url).port);
      const client = await connectRaw({
        port,
        path: `/connection/uni_sse${query({ name: "known" })}`,
        stream: true,
      });
      clients.push(client);
      await client.until(() => messages(client).length > 0, "the connect");
      const [refused, welcome, ...further] = asked;
      assert.ok(refused && welcome);
      assert.deepEqual(further, [], "each is asked about once");
      assert.notEqual(refused.client, welcome.client);
      assert.deepEqual([welcome.transport, welcome.format], ["uni_sse", "cf-uni-events"]);
      assert.equal(messages(client)[0]?.connect?.client, welcome.client);
    } finally {
      await hub.stop();
    }
  });
});

describe("pings below the protocol", () => {
  it("take the place of the protocol's own where a client asks for them", async () => {
    const client = await raw("/connection/websocket?cf_ws_frame_ping_pong=true");
    client.send(JSON.stringify({ id: 1, connect: { token } }));
    await client.received(1);
    const connect = messages(client)[0]?.connect;
    assert.deepEqual([connect?.ping, connect?.pong], [undefined, undefined]);
    const pongs = new Promise<void>((resolve) => {
      let count = 0;
      server.hub.listen((event) => {
        if (event.type === "pong" && event.transport === "websocket" && ++count === 3) resolve();
      });
    });
    await pongs;
    assert.equal(client.messages.length, 1);
    assert.equal(client.ended, false);
  });
});

describe("a connect request", () => {
  it("of any text is read or refused, never anything else", () => {
    const request = fc.record(
      { token: fc.anything(), name: fc.anything(), subs: fc.anything(), headers: fc.anything() },
      { requiredKeys: [] },
    );
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      request.map((each) => JSON.stringify(each) ?? ""),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          assert.ok(decodeConnect(text).subs instanceof Map);
        } catch (error) {
          assert.ok(error instanceof ProtocolError, String(error));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("carries headers in bounds, by names in lower case", () => {
    const headers = decodeConnect('{"headers":{"X-Real":"1"}}').headers;
    assert.deepEqual([...headers], [["x-real", "1"]]);
    const many = Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`h${index}`, ""]));
    for (const wrong of [many, { a: "x".repeat(9_000) }, { a: 1 }]) {
      assert.throws(() => decodeConnect(JSON.stringify({ headers: wrong })), ProtocolError);
    }
  });
});
