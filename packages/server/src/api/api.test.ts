import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { presence, publish } from "../hub/index.ts";
import { ACME_KEY, type ApiHouse, createApiHouse, httpRequest, PLATFORM_KEY, READER_KEY } from "./api.fixture.ts";

let house: ApiHouse;
before(async () => {
  house = await createApiHouse();
});
after(() => house.stop());

const refused = async (method: string, request: unknown, key?: string): Promise<{ code: number; message: string }> => {
  const { error, result } = await house.call(method, request, key);
  assert.equal(result, undefined);
  return error as { code: number; message: string };
};

/** The data of the last publication as history has it, in the text of the reply. */
async function lastData(channel: string): Promise<string> {
  const { body } = await house.send("/api/history", JSON.stringify({ channel, limit: 1, reverse: true }));
  return /^\{"result":\{"publications":\[\{"data":(.*),"offset":\d+.*\}\],"epoch"/.exec(body)?.[1] ?? body;
}

describe("publish", () => {
  it("answers with the position in a channel with history, and with nothing in another", async () => {
    const { result } = await house.call("publish", { channel: "kept:position", data: 1 });
    const { offset, epoch } = result as { offset: number; epoch: string };
    assert.equal(offset, 1);
    assert.match(epoch, /\S/);
    assert.deepEqual(await house.call("publish", { channel: "plain", data: 1 }), { result: {} });
    const skipped = await house.call("publish", { channel: "kept:position", data: 2, skip_history: true });
    assert.deepEqual(skipped, { result: {} });
  });

  it("keeps the data as it was written, on one line", async () => {
    const written = '{"2":12345678901234567890,"1":1.0,"a":"\\u00e9","a":null}';
    await house.call("publish", `{"data": ${written}, "channel": "kept:raw"}`);
    assert.equal(await lastData("kept:raw"), written);
    await house.call("publish", '{"channel":"kept:raw","data":{\n  "x": [1,\r\n 2e400] }}');
    assert.equal(await lastData("kept:raw"), '{"x":[1,2e400]}');
    await house.call("publish", '{"channel":"kept:raw","data":null}');
    assert.equal(await lastData("kept:raw"), "null");
  });

  it("takes bytes that are JSON as JSON, and others as bytes", async () => {
    const b64 = (data: string | Uint8Array): string => Buffer.from(data).toString("base64");
    await house.call("publish", { channel: "kept:bytes", b64data: b64('{"a":\n1.0}') });
    assert.equal(await lastData("kept:bytes"), '{"a":1.0}');
    await house.call("publish", { channel: "kept:bytes", b64data: b64(Uint8Array.of(0xff, 0)), data: null });
    assert.equal(await lastData("kept:bytes"), '"/wA="');
  });

  it("publishes once for one idempotency key, and drops old versions", async () => {
    const request = { channel: "kept:once", data: 1, idempotency_key: "k", tags: { a: "b" } };
    const first = await house.call("publish", request);
    assert.deepEqual(await house.call("publish", request), first);
    await house.call("publish", { channel: "kept:once", data: "v5", version: 5 });
    await house.call("publish", { channel: "kept:once", data: "v4", version: 4 });
    const { result } = await house.call("history", { channel: "kept:once", limit: -1 });
    const { publications } = result as { publications: unknown };
    assert.deepEqual(publications, [
      { data: 1, offset: 1, tags: { a: "b" } },
      { data: "v5", offset: 2 },
    ]);
  });

  it("names the member that is wrong, what was found and what was expected", async () => {
    const wrongs: [request: unknown, message: RegExp][] = [
      [{ data: 1 }, /^bad request: channel: expected a string, found nothing$/],
      [{ channel: 5, data: 1 }, /channel: expected a string, found 5/],
      [{ channel: "c" }, /data: expected any JSON here or base64 in b64data, found neither/],
      [{ channel: "c", data: 1, tags: { a: 1 } }, /tags\.a: expected a string, found 1/],
      [{ channel: "c", data: 1, tags: [] }, /tags: expected an object, found an array/],
      [{ channel: "c", data: 1, version: 1.5 }, /version: expected a whole number from 0 to \d+, found 1.5/],
      [{ channel: "c", data: 1, skip_history: "yes" }, /skip_history: expected true or false, found a string/],
      [{ channel: "c", b64data: "?" }, /b64data: expected base64/],
      [{ channel: "", data: 1 }, /the channel is empty/],
      [{ channel: "objects:1", data: 1 }, /must be a JSON object/],
      [[], /the request: expected an object, found an array/],
    ];
    for (const [request, message] of wrongs) {
      const error = await refused("publish", request);
      assert.equal(error.code, 107);
      assert.match(error.message, message);
    }
    assert.equal((await refused("publish", { channel: "unknown:c", data: 1 })).code, 102);
  });

  it("ignores members that it does not know, and takes null as absent", async () => {
    const request = { channel: "plain", data: 1, colour: "red", tags: null, version: null, delta: true };
    assert.deepEqual(await house.call("publish", request), { result: {} });
  });
});

describe("broadcast", () => {
  it("answers for each channel in its place", async () => {
    const { result } = await house.call("broadcast", { channels: ["kept:b1", "unknown:x", "plain"], data: { a: 1 } });
    const { responses } = result as { responses: { result?: { offset?: number }; error?: { code: number } }[] };
    assert.equal(responses[0]?.result?.offset, 1);
    assert.equal(responses[1]?.error?.code, 102);
    assert.deepEqual(responses[2], { result: {} });
  });

  it("refuses no channels, and names the one that is no string", async () => {
    assert.match((await refused("broadcast", { channels: [], data: 1 })).message, /channels: expected at least one/);
    assert.match(
      (await refused("broadcast", { channels: ["a", 1], data: 1 })).message,
      /channels\[1\]: expected a string/,
    );
  });
});

describe("presence and presence_stats", () => {
  it("show who is in a channel, with the info as it was written", async () => {
    const { session } = await house.join("default", "anna", ["kept:room"]);
    const { body } = await house.send("/api/presence", '{"channel":"kept:room"}');
    const entry = `{"user":"anna","client":"${session.id}","conn_info":{"name":1.0}}`;
    assert.equal(body, `{"result":{"presence":{"${session.id}":${entry}}}}`);
    const stats = await house.call("presence_stats", { channel: "kept:room" });
    assert.deepEqual(stats, { result: { num_clients: 1, num_users: 1 } });
  });

  it("are not available where the namespace keeps no presence", async () => {
    assert.equal((await refused("presence", { channel: "plain" })).code, 108);
    assert.equal((await refused("presence_stats", { channel: "plain" })).code, 108);
  });
});

describe("history and history_remove", () => {
  it("page in both directions from a position", async () => {
    for (const data of [1, 2, 3]) await house.call("publish", { channel: "kept:pages", data });
    const read = async (request: object): Promise<unknown> => {
      const { result } = await house.call("history", { channel: "kept:pages", ...request });
      const { publications, offset } = result as { publications: { data: unknown }[]; offset: number };
      assert.equal(offset, 3);
      return publications.map(({ data }) => data);
    };
    const { result } = await house.call("history", { channel: "kept:pages" });
    const { epoch } = result as { epoch: string };
    assert.deepEqual(await read({}), []);
    assert.deepEqual(await read({ limit: -1 }), [1, 2, 3]);
    assert.deepEqual(await read({ limit: 2, reverse: true }), [3, 2]);
    assert.deepEqual(await read({ limit: -1, since: { offset: 1, epoch } }), [2, 3]);
    const error = await refused("history", { channel: "kept:pages", limit: 1, since: { offset: 1, epoch: "other" } });
    assert.equal(error.code, 112);
  });

  it("removes the publications and keeps the position", async () => {
    const { result } = await house.call("publish", { channel: "kept:gone", data: 1 });
    assert.deepEqual(await house.call("history_remove", { channel: "kept:gone" }), { result: {} });
    const left = await house.call("history", { channel: "kept:gone", limit: -1 });
    assert.deepEqual(left, { result: { ...(result as object), publications: [] } });
    assert.equal((await refused("history_remove", { channel: "plain" })).code, 108);
  });
});

describe("subscribe, unsubscribe, refresh and disconnect", () => {
  it("subscribe with info, data and overrides", async () => {
    const { session, pushes } = await house.join("default", "berta");
    await house.call("publish", { channel: "kept:given", data: 1 });
    const request =
      '{"user":"berta","channel":"kept:given","info":{"r": 1.0},"data":2.0,"b64info":"","expire_at":0,' +
      '"override":{"force_recovery":{"value":true},"presence":{"value":true},"join_leave":null}}';
    assert.deepEqual(await house.call("subscribe", request), { result: {} });
    assert.equal(session.subscriptions.get("kept:given")?.info, '{"r": 1.0}');
    assert.equal(session.subscriptions.get("kept:given")?.recoverable, true);
    const [push] = pushes;
    assert.ok(push?.type === "subscribe" && push.result.data === "2.0");
    const caller = { tenant: session.tenant, crossesTenants: false, session: undefined };
    const [info] = await presence(house.hub, caller, "kept:given");
    assert.equal(info?.chanInfo, '{"r": 1.0}');
  });

  it("subscribe gives what came since a position", async () => {
    const { pushes } = await house.join("default", "carla");
    const { result } = await house.call("publish", { channel: "kept:since", data: "a" });
    const { epoch } = result as { epoch: string };
    const override = { force_recovery: { value: true } };
    const recover_since = { offset: 0, epoch };
    await house.call("subscribe", { user: "carla", channel: "kept:since", recover_since, override });
    assert.deepEqual(
      pushes.map(({ type }) => type),
      ["subscribe", "publication"],
    );
  });

  it("subscribe explains its wrappers", async () => {
    const error = await refused("subscribe", { user: "x", channel: "c", override: { presence: true } });
    assert.match(error.message, /override\.presence: expected an object, found a boolean/);
  });

  it("unsubscribe takes out of the channel", async () => {
    const { session, pushes } = await house.join("default", "dora", ["kept:leave"]);
    assert.deepEqual(await house.call("unsubscribe", { user: "dora", channel: "kept:leave" }), { result: {} });
    assert.equal(session.subscriptions.size, 0);
    assert.equal(pushes.at(-1)?.type, "unsubscribe");
    assert.equal((await refused("unsubscribe", { channel: "kept:leave" })).code, 107);
  });

  it("refresh prolongs, or ends as expired", async () => {
    const { session, pushes } = await house.join("default", "emma");
    const expire_at = Math.floor(house.hub.clock.now() / 1000) + 60;
    await house.call("refresh", { user: "emma", expire_at });
    assert.deepEqual(pushes, [{ type: "refresh", expires: true, ttl: 60 }]);
    await house.call("refresh", { user: "emma", expired: true });
    assert.equal(session.ended?.code, 3005);
    assert.equal((await refused("refresh", {})).code, 107);
  });

  it("disconnect spares the whitelist and passes the code on", async () => {
    const first = await house.join("default", "frida");
    const second = await house.join("default", "frida");
    const disconnect = { code: 4001, reason: "moved" };
    await house.call("disconnect", { user: "frida", whitelist: [second.session.id], disconnect });
    assert.deepEqual(first.session.ended, disconnect);
    assert.equal(second.session.state, "connected");
    await house.call("disconnect", { user: "", client: second.session.id });
    assert.equal(second.session.ended?.code, 3503);
    assert.equal((await refused("disconnect", { user: "frida", disconnect: { code: 12 } })).code, 107);
  });
});

describe("channels, info and rpc", () => {
  it("list channels by pattern", async () => {
    await house.join("default", "gerda", ["kept:list-1", "other-list"]);
    assert.deepEqual(await house.call("channels", { pattern: "kept:list-*" }), {
      result: { channels: { "kept:list-1": { num_clients: 1 } } },
    });
    assert.equal((await refused("channels", { pattern: 1 })).code, 107);
  });

  it("tell the nodes, and to a tenant only its own figures", async () => {
    await house.join("acme", "hilde");
    const nodes = async (key: string): Promise<Record<string, unknown> | undefined> => {
      const { result } = await house.call("info", "", key);
      return (result as { nodes: Record<string, unknown>[] }).nodes[0];
    };
    const all = await nodes(PLATFORM_KEY);
    assert.equal(all?.name, "node-1");
    assert.equal(all?.num_clients, house.hub.sessions.size);
    assert.ok(all?.process);
    const own = await nodes(ACME_KEY);
    assert.equal(own?.num_clients, 1);
    assert.equal(own?.process, undefined);
    assert.equal((await refused("info", "3")).code, 107);
  });

  it("answer no RPC as long as nobody offers any", async () => {
    assert.equal((await refused("rpc", { method: "sum", params: { a: 1 } })).code, 108);
    assert.equal((await refused("rpc", { params: {} })).code, 107);
  });
});

interface BatchReply {
  readonly publish?: { readonly offset: number };
  readonly error?: { readonly code: number; readonly message: string };
}

describe("batch", () => {
  it("answers every command in its place, in order or side by side", async () => {
    const commands =
      '[{"publish":{"channel":"kept:batch","data":1.0}}, {"history": {"channel":"plain"}}, {"nonsense":{}},' +
      '{"presence_stats":{"channel":"kept:empty"}}, 7, {"publish":{"channel":1}}]';
    for (const parallel of [false, true]) {
      const { replies } = await house.call("batch", `{"parallel":${parallel},"commands":${commands}}`);
      const [published, noHistory, unknown, stats, number, wrong] = replies as BatchReply[];
      assert.equal(published?.publish?.offset, parallel ? 2 : 1);
      assert.equal(noHistory?.error?.code, 108);
      assert.match(unknown?.error?.message ?? "", /expected one of publish, .*, found nonsense/);
      assert.deepEqual(stats, { presence_stats: { num_clients: 0, num_users: 0 } });
      assert.equal(number?.error?.code, 104);
      assert.match(wrong?.error?.message ?? "", /channel: expected a string/);
    }
    assert.equal(await lastData("kept:batch"), "1.0");
  });

  it("refuses what is no list of commands", async () => {
    assert.match((await refused("batch", {})).message, /commands: expected an array, found nothing/);
  });
});

describe("commands in the body", () => {
  it("are answered a line each, however they are separated", async () => {
    const body =
      '{"method":"publish","params":{"channel":"kept:old","data":1.0}}\n{"id":7,"method":"PRESENCE_STATS",' +
      '"params":{"channel":"kept:old"}}{"method":"nonsense"} {"method":"history","params":{"channel":"plain"}}';
    const reply = await house.send("/api", body);
    const lines = reply.body.split("\n").map((line) => JSON.parse(line));
    assert.equal(lines.length, 4);
    assert.equal(lines[0].result.offset, 1);
    assert.deepEqual(lines[1], { id: 7, result: { num_clients: 0, num_users: 0 } });
    assert.equal(lines[2].error.code, 104);
    assert.equal(lines[3].error.code, 108);
    assert.equal(await lastData("kept:old"), "1.0");
  });

  it("are all refused when one is no command, and none is carried out", async () => {
    const good = '{"method":"publish","params":{"channel":"kept:none","data":1}}';
    for (const bad of ["{", "[]", '{"method":1}']) assert.equal((await house.send("/api", good + bad)).status, 400);
    assert.equal((await house.send("/api", "")).status, 400);
    const { result } = await house.call("history", { channel: "kept:none" });
    assert.equal((result as { offset: number }).offset, 0);
  });
});

describe("keys and scopes", () => {
  const path = "/api/channels";

  it("are taken from any of three places", async () => {
    const key = READER_KEY;
    assert.equal((await house.send(path, "{}", { "x-api-key": key })).status, 200);
    assert.equal((await house.send(path, "{}", { authorization: `APIKEY ${key}` })).status, 200);
    assert.equal((await house.send(`${path}?api_key=${key}`, "{}", {})).status, 200);
  });

  it("are asked for with 401 and a word on how", async () => {
    const missing = await house.send(path, "{}", { authorization: "Bearer x" });
    assert.equal(missing.status, 401);
    assert.equal(missing.headers["WWW-Authenticate"], "apikey");
    assert.match(JSON.parse(missing.body).error.message, /no API key; send the key as X-API-Key/);
    const unknown = await house.send("/api", "{}", { "x-api-key": "wrong" });
    assert.equal(unknown.status, 401);
    assert.match(JSON.parse(unknown.body).error.message, /not known/);
  });

  it("limit what a key may call, also inside a batch", async () => {
    const error = await refused("publish", { channel: "plain", data: 1 }, READER_KEY);
    assert.equal(error.code, 103);
    assert.match(error.message, /may not call publish; it needs one of the scopes "publish", "\*"/);
    assert.equal((await refused("disconnect", { user: "x" }, READER_KEY)).code, 103);
    assert.deepEqual(await house.call("unsubscribe", { user: "x" }, READER_KEY), { result: {} });
    const { replies } = await house.call("batch", { commands: [{ publish: { channel: "a", data: 1 } }] }, READER_KEY);
    assert.equal((replies as BatchReply[])[0]?.error?.code, 103);
  });

  it("fix the tenant; only a key of the platform may name one", async () => {
    await house.call("publish", { channel: "kept:own", data: "acme" }, ACME_KEY);
    await house.call("publish", { channel: "kept:own", data: "named", tenant: "acme" });
    const { result } = await house.call("history", { channel: "kept:own", limit: -1 }, ACME_KEY);
    const { publications } = result as { publications: { data: unknown }[] };
    assert.deepEqual(
      publications.map(({ data }) => data),
      ["acme", "named"],
    );
    const others = await house.call("history", { channel: "kept:own", limit: -1 });
    assert.deepEqual((others.result as { publications: unknown }).publications, []);
    assert.equal((await refused("history", { channel: "kept:own", tenant: "default" }, ACME_KEY)).code, 103);
    assert.equal((await refused("history", { channel: "kept:own", tenant: "nobody" })).code, 107);
  });

  it("are not asked for by an insecure API", async () => {
    const open = await createApiHouse({ insecure: true });
    const reply = await open.send("/api/publish", '{"channel":"plain","data":1}', {});
    assert.deepEqual(reply.body, '{"result":{}}');
    await open.stop();
  });
});

describe("the HTTP side", () => {
  it("says where a body is not JSON", async () => {
    const broken = await house.send("/api/publish", '{"channel": "a",\n  data: 1}');
    assert.equal(broken.status, 400);
    const { error } = JSON.parse(broken.body);
    assert.equal(error.code, 107);
    assert.match(
      error.message,
      /the body is not JSON: line 2, column 3: expected the name of a member in double quotes/,
    );
    assert.equal((await house.send("/api/publish", Uint8Array.of(0x22, 0xff, 0x22))).status, 400);
    assert.equal((await house.send("/api/publish", "[".repeat(50_000))).status, 400);
  });

  it("leaves a body that is too large to the listener", async () => {
    await assert.rejects(house.send("/api/publish", `"${"x".repeat(65_536)}"`), { name: "BodyTooLarge" });
  });

  it("reads a gzip body, bounded by what it becomes, and names the coding that it does not read", async () => {
    const send = (body: Uint8Array, coding: string): ReturnType<ApiHouse["send"]> =>
      house.send("/api/publish", body, { "x-api-key": PLATFORM_KEY, "content-encoding": coding });
    const request = new TextEncoder().encode('{"channel":"plain","data":1}');
    assert.equal((await send(gzipSync(request), "gzip")).body, '{"result":{}}');
    assert.equal((await send(request, "identity")).body, '{"result":{}}');
    await assert.rejects(send(gzipSync(" ".repeat(65_537)), "gzip"), { name: "BodyTooLarge" });
    const corrupt = await send(request, "gzip");
    assert.equal(corrupt.status, 400);
    assert.match(JSON.parse(corrupt.body).error.message, /it is not gzip/);
    const unread = await send(brotliCompressSync(request), "br");
    assert.equal(unread.status, 415);
    assert.match(JSON.parse(unread.body).error.message, /coded as br; gzip or none is read/);
  });

  it("answers 404 for an unknown method and names the known ones", async () => {
    const reply = await house.send("/api/publsh", "{}");
    assert.equal(reply.status, 404);
    assert.match(JSON.parse(reply.body).error.message, /"publsh"; there are publish, broadcast/);
  });

  it("tells refusals by the status in the transport error mode", async () => {
    const headers = { "x-api-key": PLATFORM_KEY, "x-centrifugo-error-mode": "transport" };
    const statuses: [method: string, request: object, status: number][] = [
      ["publish", { channel: "unknown:c", data: 1 }, 404],
      ["publish", {}, 400],
      ["presence", { channel: "plain" }, 400],
      ["history", { channel: "kept:s", since: { offset: 1, epoch: "x" } }, 416],
      ["publish", { channel: "plain", data: 1 }, 200],
    ];
    for (const [method, request, status] of statuses) {
      const reply = await house.send(`/api/${method}`, JSON.stringify(request), headers);
      assert.equal(reply.status, status, method);
      if (status !== 200) assert.deepEqual(Object.keys(JSON.parse(reply.body)), ["code", "message"]);
    }
    const always = await createApiHouse({ errorMode: "transport", prefix: "/server/" });
    const denied = await always.send("/server/publish", "{}", { "x-api-key": READER_KEY });
    assert.equal(denied.status, 403);
    await always.stop();
  });

  it("stands under any prefix, also none", async () => {
    const bare = await createApiHouse({ prefix: "/" });
    assert.equal((await bare.send("/", '{"method":"info"}')).status, 200);
    assert.equal((await bare.send("/info", "{}")).status, 200);
    await bare.stop();
  });

  it("tells what each call took", async () => {
    house.calls.length = 0;
    await house.call("publish", { channel: "plain", data: 1 });
    await house.call("publish", { channel: "unknown:c", data: 1 });
    assert.deepEqual(
      house.calls.map(({ method, errorCode }) => [method, errorCode]),
      [
        ["publish", 0],
        ["publish", 102],
      ],
    );
  });

  it("answers a fault of the engine as an internal error that tells nothing", async () => {
    const broken = await createApiHouse();
    await broken.hub.engine.stop();
    const reply = await broken.call("presence", { channel: "kept:x" });
    assert.deepEqual(reply, { error: { code: 100, message: "internal server error" } });
  });
});

describe("the OpenAPI document", () => {
  it("describes every route that takes a method, and all its references lead somewhere", async () => {
    const route = house.api.routes.find(({ path }) => path === "/api/openapi.json");
    const answer = await route?.handle(httpRequest("/api/openapi.json", "", { method: "GET", headers: {} }));
    assert.ok(answer?.kind === "reply" && answer.status === 200);
    const document = JSON.parse(String(answer.body));
    assert.equal(document.openapi, "3.1.0");
    assert.equal(document.info.version, "1.2.3");
    const posts = house.api.routes.filter(({ method, path }) => method === "POST" && /^\/api\/\w+$/.test(path));
    assert.deepEqual(Object.keys(document.paths).sort(), posts.map(({ path }) => path).sort());
    assert.equal(posts.length, 22);
    for (const [, name] of String(answer.body).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)) {
      assert.ok(name && document.components.schemas[name], name);
    }
    assert.deepEqual(document.components.schemas.publish_request.required, ["channel"]);
  });
});

describe("a publication of a client", () => {
  it("shows in history who published it", async () => {
    const { session } = await house.join("default", "ida");
    await publish(house.hub, session, { channel: "kept:by", data: "1" });
    const { body } = await house.send("/api/history", '{"channel":"kept:by","limit":-1}');
    const info = `{"user":"ida","client":"${session.id}","conn_info":{"name":1.0}}`;
    assert.ok(body.includes(`"publications":[{"data":1,"info":${info},"offset":1}]`), body);
  });
});
