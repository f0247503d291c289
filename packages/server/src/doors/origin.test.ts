import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { HttpRequest } from "../hub/index.ts";
import { isOriginAllowed } from "./origin.ts";

function from(origin: string | undefined, host = "app.example.com"): HttpRequest {
  return {
    method: "GET",
    path: "/connection/websocket",
    query: new URLSearchParams(),
    remoteAddress: "192.0.2.1",
    host,
    header: (name) => (name.toLowerCase() === "origin" ? origin : undefined),
    body: async () => new Uint8Array(0),
  };
}

describe("the origin of a page", () => {
  it("does not matter when there is none: the client is no browser", () => {
    for (const allowed of [[], ["https://app.example.com"], ["*"]]) {
      assert.equal(isOriginAllowed(from(undefined), allowed), true);
      assert.equal(isOriginAllowed(from(""), allowed), true);
    }
  });

  for (const [what, origin, host, allowed] of [
    ["the same host", "https://app.example.com", "app.example.com", true],
    ["the same host in other letters", "https://App.Example.com", "aPP.example.COM", true],
    ["the same host and port", "http://localhost:8000", "localhost:8000", true],
    ["the same host by its IPv6 address", "http://[::1]:8000", "[::1]:8000", true],
    ["another port of the host", "http://localhost:3000", "localhost:8000", false],
    ["a subdomain", "https://evil.app.example.com", "app.example.com", false],
    ["a parent domain", "https://example.com", "app.example.com", false],
    ["a host that begins the same", "https://app.example.com.evil.example", "app.example.com", false],
    ["the host as a user name", "https://app.example.com@evil.example", "app.example.com", false],
    ["a sandboxed page", "null", "app.example.com", false],
    ["a sandboxed page of a client that names no host", "null", "", false],
    ["no URL", "app.example.com", "app.example.com", false],
  ] as const) {
    it(`with an empty list: ${what} is ${allowed ? "allowed" : "refused"}`, () => {
      assert.equal(isOriginAllowed(from(origin, host), []), allowed);
    });
  }

  for (const [origin, pattern, allowed] of [
    ["https://app.neo-stack.com", "https://*.neo-stack.com", true],
    ["https://a.b.neo-stack.com", "https://*.neo-stack.com", true],
    ["HTTPS://App.Neo-Stack.com", "https://*.NEO-stack.com", true],
    ["http://app.neo-stack.com", "https://*.neo-stack.com", false],
    ["https://neo-stack.com", "https://*.neo-stack.com", false],
    ["https://app.neo-stack.com:8443", "https://*.neo-stack.com", false],
    ["https://app.neo-stack.com:8443", "https://*.neo-stack.com:*", true],
    ["https://app.neo-stack.com.evil.example", "https://*.neo-stack.com", false],
    ["https://evilneo-stack.com", "https://*.neo-stack.com", false],
    ["http://localhost:3000", "http://localhost:*", true],
    ["http://localhost:3000", "http://localhost:3001", false],
    ["https://anything.example", "*", true],
    ["null", "*", true],
    ["null", "https://*", false],
  ] as const) {
    it(`${origin} is ${allowed ? "allowed" : "refused"} by ${pattern}`, () => {
      assert.equal(isOriginAllowed(from(origin), [pattern]), allowed);
    });
  }

  it("fits any one of several patterns, and a list leaves the same host no privilege", () => {
    const allowed = ["https://one.example", "https://two.example"];
    assert.equal(isOriginAllowed(from("https://two.example"), allowed), true);
    assert.equal(isOriginAllowed(from("https://app.example.com"), allowed), false);
  });
});
