import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { HttpRequest, Reply, Route } from "../hub/index.ts";
import { createSeededIds } from "../kit/ids.ts";
import { createVirtualClock } from "../kit/virtual-clock.ts";
import { createLiveRoutes, type LiveOptions } from "./live.ts";

const PAGE = "<!doctype html><title>live</title>";

let folder = "";
let routes: Route[] = [];

function options(changes: Partial<LiveOptions> = {}): LiveOptions {
  return {
    assetsDir: folder,
    tenant: "demo",
    otherTenant: "acme",
    mintToken: async (user) => `token of ${user}`,
    apiKey: "demo-key",
    ids: createSeededIds(1),
    clock: createVirtualClock(1000),
    ...changes,
  };
}

async function get(path: string, headers: Record<string, string> = {}, from = routes): Promise<Reply> {
  const url = new URL(path, "http://hub.test:8000");
  const route = from.find((candidate) => candidate.path === url.pathname);
  if (!route) return { kind: "reply", status: 404 };
  const request: HttpRequest = {
    method: "GET",
    path: url.pathname,
    query: url.searchParams,
    remoteAddress: "127.0.0.1",
    host: url.host,
    header: (name) => headers[name.toLowerCase()],
    body: async () => new Uint8Array(),
  };
  const reply = await route.handle(request);
  assert.equal(reply.kind, "reply");
  return reply as Reply;
}

const text = (reply: Reply): string => new TextDecoder().decode(reply.body as Uint8Array);

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "live-"));
  await mkdir(join(folder, "assets"));
  await writeFile(join(folder, "index.html"), PAGE);
  await writeFile(join(folder, "assets", "index-abc.js"), "plain");
  await writeFile(join(folder, "assets", "index-abc.js.br"), "brotli");
  await writeFile(join(folder, "assets", "index-abc.js.gz"), "gzip");
  await writeFile(join(folder, "assets", "font.woff2"), "font");
  routes = await createLiveRoutes(options());
});

after(() => rm(folder, { recursive: true, force: true }));

describe("live routes", () => {
  it("serve the page at the root with a strict content security policy and without caching", async () => {
    const reply = await get("/");
    assert.equal(reply.status, 200);
    assert.equal(text(reply), PAGE);
    assert.match(reply.headers?.["content-security-policy"] ?? "", /^default-src 'self';/);
    assert.doesNotMatch(reply.headers?.["content-security-policy"] ?? "", /unsafe|data:|\*/);
    assert.equal(reply.headers?.["cache-control"], "no-cache");
    assert.equal(reply.headers?.["content-type"], "text/html; charset=utf-8");
  });

  it("let browsers keep hashed assets for ever", async () => {
    const reply = await get("/assets/font.woff2");
    assert.equal(reply.headers?.["cache-control"], "public, max-age=31536000, immutable");
    assert.equal(reply.headers?.["content-type"], "font/woff2");
  });

  it("send the best precompressed variant that the browser accepts", async () => {
    const cases = [
      ["gzip, deflate, br, zstd", "br", "brotli"],
      ["gzip", "gzip", "gzip"],
      ["br;q=0, gzip;q=0.5", "gzip", "gzip"],
      ["", undefined, "plain"],
    ] as const;
    for (const [accept, encoding, body] of cases) {
      const reply = await get("/assets/index-abc.js", { "accept-encoding": accept });
      assert.equal(reply.headers?.["content-encoding"], encoding);
      assert.equal(reply.headers?.vary, "accept-encoding");
      assert.equal(text(reply), body);
    }
  });

  it("answer 304 to the entity tag of the same variant only", async () => {
    const first = await get("/assets/index-abc.js", { "accept-encoding": "br" });
    const etag = first.headers?.etag ?? "";
    const again = await get("/assets/index-abc.js", { "accept-encoding": "br", "if-none-match": `"x", W/${etag}` });
    assert.equal(again.status, 304);
    assert.equal(again.body, undefined);
    const plain = await get("/assets/index-abc.js", { "if-none-match": etag });
    assert.equal(plain.status, 200);
  });

  it("have no route for a missing asset or for a variant by its own name", async () => {
    assert.equal((await get("/assets/gone.js")).status, 404);
    assert.equal((await get("/assets/index-abc.js.br")).status, 404);
  });

  it("may be mounted below a path, from where the page still finds the hub", async () => {
    const mounted = await createLiveRoutes(options({ prefix: "/demo/live", apiPath: "/v1/api" }));
    assert.equal((await get("/demo/live/", {}, mounted)).status, 200);
    assert.equal((await get("/", {}, mounted)).status, 404);
    const redirect = await get("/demo/live", {}, mounted);
    assert.equal(new URL(redirect.headers?.location ?? "", "http://hub.test/demo/live").pathname, "/demo/live/");
    const session = JSON.parse(String((await get("/demo/live/live/session", {}, mounted)).body));
    const page = "http://hub.test/demo/live/";
    assert.equal(new URL(session.paths.websocket, page).pathname, "/connection/websocket");
    assert.equal(new URL(session.paths.api, page).pathname, "/v1/api");
  });

  it("refuse to start without a built page", async () => {
    await assert.rejects(createLiveRoutes(options({ assetsDir: join(folder, "assets") })), /build the page first/);
  });
});

describe("live session", () => {
  it("makes a new visitor of the demo tenant, never cached", async () => {
    const reply = await get("/live/session");
    assert.equal(reply.headers?.["cache-control"], "no-store");
    const session = JSON.parse(String(reply.body));
    assert.match(session.user, /^visitor-[a-z]{4}$/);
    assert.deepEqual(session, {
      token: `token of ${session.user}`,
      tenant: "demo",
      otherTenant: "acme",
      user: session.user,
      channels: { host: "tenant:demo:host", chat: "tenant:demo:notifications" },
      api: { url: "http://hub.test:8000/api", key: "demo-key" },
      paths: { websocket: "connection/websocket", api: "api" },
      time: 1000,
    });
  });

  it("keeps the name of a visitor who renews the token, and accepts no other name", async () => {
    const kept = JSON.parse(String((await get("/live/session?user=visitor-abcd")).body));
    assert.equal(kept.user, "visitor-abcd");
    for (const name of ["admin", "visitor-ABCD", "visitor-abcde", "visitor-abcd%0A", ""]) {
      const session = JSON.parse(String((await get(`/live/session?user=${name}`)).body));
      assert.match(session.user, /^visitor-[a-z]{4}$/);
      assert.notEqual(session.user, "visitor-abcd");
    }
  });

  it("names the hub by its public address where one is configured", async () => {
    const configured = await createLiveRoutes(options({ publicUrl: "https://hub.example" }));
    const session = JSON.parse(String((await get("/live/session", {}, configured)).body));
    assert.equal(session.api.url, "https://hub.example/api");
  });
});
