import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseEndpoint, parseRedisAddress } from "./redis-address.ts";

describe("parseRedisAddress", () => {
  it("reads every form of an address", () => {
    const read: readonly (readonly [string, object])[] = [
      ["127.0.0.1:6380", { host: "127.0.0.1", port: 6380, tls: false }],
      ["redis.example", { host: "redis.example", port: 6379, tls: false }],
      ["[::1]:7000", { host: "::1", port: 7000, tls: false }],
      ["redis://redis.example", { host: "redis.example", port: 6379, tls: false }],
      ["redis://[::1]:7000/2", { host: "::1", port: 7000, tls: false, db: 2 }],
      ["rediss://ana:se%40cret@h:1/0", { host: "h", port: 1, tls: true, user: "ana", password: "se@cret", db: 0 }],
      ["redis://:secret@h", { host: "h", port: 6379, tls: false, password: "secret" }],
      ["unix:///run/redis.sock", { path: "/run/redis.sock" }],
      ["redis+unix://ana:secret@/run/r.sock?db=3", { path: "/run/r.sock", user: "ana", password: "secret", db: 3 }],
    ];
    for (const [text, address] of read) assert.deepEqual(parseRedisAddress(text), address, text);
  });

  it("says what is wrong with any other text, and never quotes it", () => {
    const wrong = [
      "",
      "redis://",
      "http://h:1",
      "h:99999",
      "a b",
      "redis://u:secret@h:port",
      "redis://u:secret@h/db",
      "redis://u:secret@h?x=1",
      "redis+sentinel://u:secret@h",
      "redis+cluster://u:secret@h",
      "unix://relative",
    ];
    for (const text of wrong) {
      const read = parseRedisAddress(text);
      assert.ok("problem" in read, text);
      assert.ok(!read.problem.includes("secret@h"), read.problem);
    }
  });

  it("reads endpoints with the port that is usual for them", () => {
    assert.deepEqual(parseEndpoint("h", 26_379), { host: "h", port: 26_379, tls: false });
    assert.equal(parseEndpoint("redis://h"), undefined);
  });
});
