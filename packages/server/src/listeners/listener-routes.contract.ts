import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { HttpRequest, Reply, Route } from "../hub/ports/listener.ts";
import { Fixture, type ListenerFactory, openFixture } from "./fixture.contract.ts";

const reply = (body: string, status = 200): Reply => ({ kind: "reply", status, body });
const route = (method: string, path: string, handle: Route["handle"]): Route => ({ method, path, handle });

import { RawClient } from "./raw-client.contract.ts";

/** What becomes of HTTP requests. */
export function routesContract(factory: ListenerFactory): void {
  describe("routes", () => {
    it("prefers the exact path, then the longest prefix", async () => {
      await using fixture = await openFixture(factory, {
        routes: [
          route("GET", "/*", () => reply("all")),
          route("GET", "/a/*", () => reply("prefix")),
          route("GET", "/a/b/*", () => reply("longer prefix")),
          route("GET", "/a/b", () => reply("exact")),
        ],
      });
      const get = async (path: string): Promise<string> => (await fetch(fixture.url + path)).text();
      assert.equal(await get("/a/b"), "exact");
      assert.equal(await get("/a/b/c"), "longer prefix");
      assert.equal(await get("/a/c"), "prefix");
      assert.equal(await get("/c"), "all");
      assert.equal(await get("/"), "all");
    });

    it("gives a request to the route that asks for it, others to whoever has the path", async () => {
      const wants = (name: string): Route => ({
        ...route("GET", "/a", () => reply(`for ${name}`)),
        when: ({ query }) => query.has(name),
      });
      await using fixture = await openFixture(factory, {
        routes: [
          wants("x"),
          route("GET", "/a", () => reply("rest")),
          wants("y"),
          { ...route("GET", "/b", () => reply("wanted")), when: ({ query }) => query.has("x") },
          route("GET", "/*", () => reply("all")),
        ],
      });
      const get = async (path: string): Promise<string> => (await fetch(fixture.url + path)).text();
      assert.equal(await get("/a"), "rest");
      assert.equal(await get("/a?x=1"), "for x");
      assert.equal(await get("/a?y=1"), "for y");
      assert.equal(await get("/b"), "all");
      assert.equal(await get("/b?x"), "wanted");
      assert.equal((await fetch(`${fixture.url}/a?x=1`, { method: "PUT" })).status, 405);
    });

    it("answers 404 for an unknown path and 405 for an unknown method of a known one", async () => {
      await using fixture = await openFixture(factory, {
        routes: [
          route("GET", "/known", () => reply("get")),
          route("PUT", "/known", () => reply("put")),
          route("*", "/any", ({ method }) => reply(method)),
        ],
      });
      assert.equal((await fetch(`${fixture.url}/unknown`)).status, 404);
      assert.equal(await (await fetch(`${fixture.url}/known`, { method: "PUT" })).text(), "put");
      const refused = await fetch(`${fixture.url}/known`, { method: "DELETE" });
      assert.equal(refused.status, 405);
      assert.equal(refused.headers.get("allow"), "GET, PUT");
      assert.equal(await (await fetch(`${fixture.url}/any`, { method: "PATCH" })).text(), "PATCH");
    });

    it("hands over path, query, headers, host and body as they were sent", async () => {
      const seen: HttpRequest[] = [];
      await using fixture = await openFixture(factory, {
        routes: [
          route("POST", "/p/*", async (request) => {
            seen.push(request);
            const body = await request.body(1_000);
            return { kind: "reply", status: 201, headers: { "X-Length": `${body.length}` }, body };
          }),
        ],
      });
      const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
      const response = await fetch(`${fixture.url}/p/a%20%C3%B1?q=1&q=2&name=a%26b`, {
        method: "POST",
        headers: { "X-Thing": "value" },
        body: bytes,
      });
      assert.equal(response.status, 201);
      assert.equal(response.headers.get("x-length"), "256");
      assert.deepEqual(new Uint8Array(await response.arrayBuffer()), bytes);
      const [request] = seen;
      assert.equal(request?.path, "/p/a ñ");
      assert.deepEqual(request?.query.getAll("q"), ["1", "2"]);
      assert.equal(request?.query.get("name"), "a&b");
      assert.equal(request?.header("x-tHING"), "value");
      assert.equal(request?.header("x-none"), undefined);
      assert.equal(request?.host, `127.0.0.1:${fixture.port}`);
    });

    it("answers 400 for a path that cannot be decoded or hides dot segments", async () => {
      await using fixture = await openFixture(factory, { routes: [route("GET", "/*", ({ path }) => reply(path))] });
      for (const path of ["/%", "/%ff", "/a/..%2f..%2fetc", "/a%00b"]) {
        assert.equal((await fetch(fixture.url + path)).status, 400, path);
      }
    });

    it("answers 500 without details when a route throws or rejects, and logs why", async () => {
      const logged: unknown[] = [];
      const log = { debug() {}, info() {}, warn() {}, error: (_: string, fields?: unknown) => logged.push(fields) };
      await using fixture = await openFixture(factory, {
        limits: { log },
        routes: [
          route("GET", "/throws", () => {
            throw new Error("secret");
          }),
          route("GET", "/rejects", async () => Promise.reject(new Error("secret"))),
        ],
      });
      for (const path of ["/throws", "/rejects"]) {
        const response = await fetch(fixture.url + path);
        assert.equal(response.status, 500);
        assert.doesNotMatch(await response.text(), /secret/);
      }
      assert.equal(logged.length, 2);
    });

    it("lives on when an answer cannot be sent", async () => {
      const impossible: Reply = { kind: "reply", status: 200, headers: { "X-Bad": "a\nb" } };
      await using fixture = await openFixture(factory, {
        routes: [route("GET", "/bad", () => impossible), route("GET", "/good", () => reply("good"))],
      });
      const status = await fetch(`${fixture.url}/bad`).then(
        ({ status }) => status,
        () => 500,
      );
      assert.equal(status, 500);
      assert.equal(await (await fetch(`${fixture.url}/good`)).text(), "good");
    });

    it("answers 413 for a body over the limit, with and without a declared length", async () => {
      await using fixture = await openFixture(factory, {
        routes: [route("POST", "/body", async (request) => reply(`${(await request.body(10)).length}`))],
      });
      const post = (body: string | ReadableStream): Promise<Response> =>
        fetch(`${fixture.url}/body`, { method: "POST", body, duplex: "half" } as RequestInit);
      assert.equal(await (await post("0123456789")).text(), "10");
      assert.equal((await post("0123456789X")).status, 413);
      const chunks = new ReadableStream({
        start(controller) {
          for (const part of ["012345", "678901"]) controller.enqueue(Buffer.from(part));
          controller.close();
        },
      });
      assert.equal((await post(chunks)).status, 413);
      assert.equal(await (await post("")).text(), "0");
    });

    it("takes a client that leaves within its request for no fault of a route", async () => {
      const arrived = Promise.withResolvers<void>();
      const left = Promise.withResolvers<unknown>();
      const logged: string[] = [];
      const log = { debug() {}, info() {}, warn() {}, error: (message: string) => logged.push(message) };
      await using fixture = await openFixture(factory, {
        limits: { log },
        routes: [
          route("POST", "/body", async (request) => {
            arrived.resolve();
            try {
              return reply(`${(await request.body(100)).length}`);
            } catch (error) {
              left.resolve(error);
              throw error;
            }
          }),
        ],
      });
      const headers = { "Content-Length": "100" };
      const client = new RawClient({ port: fixture.port, path: "/body", method: "POST", stream: true, headers });
      await arrived.promise;
      client.socket.write("only this");
      client.socket.destroy();
      assert.ok((await left.promise) instanceof Error);
      await fetch(fixture.url);
      assert.deepEqual(logged, []);
    });

    it("refuses two routes for the same method and path", async () => {
      const twice = [route("GET", "/x", () => reply("1")), route("GET", "/x", () => reply("2"))];
      await assert.rejects(openFixture(factory, { routes: twice }), /two routes claim GET \/x/);
    });
  });

  addressContract(factory);
}

function addressContract(factory: ListenerFactory): void {
  const who = [route("GET", "/who", ({ remoteAddress }) => reply(remoteAddress))];
  const ask = async (url: string, forwardedFor?: string): Promise<string> => {
    const headers = forwardedFor === undefined ? {} : { "X-Forwarded-For": forwardedFor };
    return (await fetch(`${url}/who`, { headers })).text();
  };

  describe("the remote address", () => {
    it("is the peer's, whatever an untrusted peer claims", async () => {
      await using fixture = await openFixture(factory, { routes: who, limits: { trustedProxies: ["10.0.0.0/8"] } });
      assert.equal(await ask(fixture.url), "127.0.0.1");
      assert.equal(await ask(fixture.url, "1.2.3.4"), "127.0.0.1");
    });

    it("is read from right to left through trusted proxies only", async () => {
      const trustedProxies = ["127.0.0.1", "10.0.0.0/8", "fd00::/8"];
      await using fixture = await openFixture(factory, { routes: who, limits: { trustedProxies } });
      assert.equal(await ask(fixture.url, "1.2.3.4"), "1.2.3.4");
      assert.equal(await ask(fixture.url, "6.6.6.6, 1.2.3.4, 10.1.1.1, fd12::1"), "1.2.3.4");
      assert.equal(await ask(fixture.url, "10.3.3.3, 10.2.2.2"), "10.3.3.3");
      assert.equal(await ask(fixture.url, "6.6.6.6, unknown, 10.2.2.2"), "10.2.2.2");
      assert.equal(await ask(fixture.url, "2001:db8::1, [fd12::1]:443"), "2001:db8::1");
      assert.equal(await ask(fixture.url, "::ffff:1.2.3.4"), "1.2.3.4");
    });

    it("is IPv4 for an IPv4 client, over one socket that serves IPv6 too", async () => {
      await using fixture = await openFixture(factory, { routes: who });
      assert.equal(await ask(`http://127.0.0.1:${fixture.port}`), "127.0.0.1");
      assert.equal(await ask(`http://[::1]:${fixture.port}`), "::1");
    });

    it("needs ranges that make sense", () => {
      for (const range of ["10.0.0.0/33", "nonsense", "10.0.0.0/", "::1/129", "10.0.0.0/8/8"]) {
        assert.throws(() => new Fixture(factory, { limits: { trustedProxies: [range] } }), /trusted proxy/, range);
      }
    });
  });
}
