import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfigError } from "./config-error.ts";
import { parseConfig } from "./load.ts";

const withRedis = (redis: object): unknown => ({ engine: { type: "redis", redis } });

function problems(raw: unknown): readonly string[] {
  try {
    parseConfig(raw);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems;
  }
}

const warnings = (redis: object): readonly string[] =>
  parseConfig(withRedis(redis)).warnings.filter((warning) => warning.startsWith("engine"));

describe("engine.redis", () => {
  it("needs nothing but the type", () => {
    assert.deepEqual(problems({ engine: { type: "redis" } }), []);
  });

  it("takes one address as a text or as a list", () => {
    const { config } = parseConfig(withRedis({ address: "redis://127.0.0.1:7000" }));
    assert.deepEqual(config.engine.redis.address, ["redis://127.0.0.1:7000"]);
    assert.deepEqual(problems(withRedis({ cluster_address: "a:1, b:2" })), []);
  });

  it("refuses what contradicts itself, and says what to set", () => {
    const cases: readonly (readonly [object, RegExp])[] = [
      [{ sentinel_address: "s:1", sentinel_master_name: "m", cluster_address: "c:1" }, /not both/],
      [{ sentinel_address: "s:1" }, /sentinel_master_name: missing/],
      [{ sentinel_master_name: "m" }, /sentinel_address: missing/],
      [{ cluster_address: "c:1", db: 3 }, /only database 0/],
      [{ address: [] }, /redis\.address: missing/],
      [{ address: ["h:1", "redis://u:secret@h:port"] }, /address\[1\]: expected/],
      [{ cluster_address: ["redis://h:1"] }, /cluster_address\[0\]: expected host:port/],
      [{ sentinel_address: ["h:1,,h:2"], sentinel_master_name: "m" }, /sentinel_address\[0\]: expected/],
      [{ user: "ana" }, /redis\.password: missing/],
      [{ io_timeout: 0 }, /io_timeout: must be longer/],
      [{ wait_replicas: 1, wait_replicas_timeout: "5s" }, /shorter than engine\.redis\.io_timeout/],
      [{ address: "unix:///run/redis.sock", tls: { enabled: true } }, /a unix socket has no TLS/],
      [{ tls: { enabled: true, cert_pem: "x" } }, /tls: set cert_pem and key_pem/],
      [{ prefix: "a{b}" }, /prefix: found/],
    ];
    for (const [redis, expected] of cases) {
      const found = problems(withRedis(redis));
      assert.equal(found.length, 1, `${JSON.stringify(redis)}: ${found.join("; ")}`);
      assert.match(found[0] ?? "", expected);
      assert.doesNotMatch(found[0] ?? "", /secret@/);
    }
  });

  it("looks at nothing of it while the engine is another one", () => {
    assert.deepEqual(problems({ engine: { redis: { sentinel_address: "s:1" } } }), []);
  });

  it("warns of a list that looks like one group and means several", () => {
    assert.match(warnings({ cluster_address: ["a:1", "b:1"] })[0] ?? "", /shard of its own/);
    assert.deepEqual(warnings({ cluster_address: ["a:1,a:2", "b:1,b:2"] }), []);
  });

  it("warns of what only Centrifugo has", () => {
    const found = warnings({ force_resp2: true, replica_client: { enabled: true }, history_use_lists: true });
    assert.equal(found.length, 3, found.join("; "));
  });
});
