import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfigError } from "./config-error.ts";
import { parseConfig } from "./load.ts";

function problems(raw: unknown): readonly string[] {
  try {
    parseConfig(raw);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems;
  }
}

const namespaces = (...list: object[]): unknown => ({ channel: { namespaces: list } });
const history = { history_size: 10, history_ttl: "5m" };

describe("checkConfig", () => {
  it("wants both history options or none", () => {
    assert.match(
      problems(namespaces({ name: "ab", history_size: 1 }))[0] ?? "",
      /^channel\.namespaces\[0\]: history needs both/,
    );
    assert.match(
      problems({ channel: { without_namespace: { history_ttl: "1s" } } })[0] ?? "",
      /^channel\.without_namespace/,
    );
    assert.deepEqual(problems(namespaces({ name: "ab", ...history })), []);
  });

  it("wants history for recovery, positioning and cache recovery", () => {
    for (const name of [
      "force_recovery",
      "allow_recovery",
      "force_positioning",
      "allow_positioning",
      "auto_cache_recover",
    ]) {
      assert.deepEqual(problems(namespaces({ name: "ab", [name]: true })), [
        `channel.namespaces[0].${name}: needs history; set history_size and history_ttl`,
      ]);
      assert.deepEqual(problems(namespaces({ name: "ab", [name]: true, ...history })), []);
    }
  });

  it("wants namespace names that are valid and unique", () => {
    assert.match(problems(namespaces({ name: "a" }))[0] ?? "", /found "a", expected a namespace name/);
    assert.match(problems(namespaces({}))[0] ?? "", /^channel\.namespaces\[0\]\.name: missing/);
    assert.deepEqual(problems(namespaces({ name: "ab" }, { name: "ab" })), [
      "channel.namespaces[1].name: the same as in channel.namespaces[0]; it must be unique",
    ]);
  });

  it("wants tenant ids that are valid and unique", () => {
    assert.match(
      problems({ tenants: [{ id: "a:b" }] })[0] ?? "",
      /^tenants\[0\]\.id: found "a:b", expected a tenant id/,
    );
    assert.match(
      problems({ tenants: [{ id: "a" }, { id: "a" }] })[0] ?? "",
      /^tenants\[1\]\.id: the same as in tenants\[0\]/,
    );
  });

  it("wants an API key to belong to one owner only, and prints none", () => {
    const found = problems({
      http_api: { key: "s3cr3t" },
      tenants: [
        { id: "a", api_keys: ["s3cr3t", "k"] },
        { id: "b", api_keys: ["k"] },
      ],
    });
    assert.deepEqual(found, [
      "tenants[0].api_keys[0]: the same key as http_api.key",
      "tenants[1].api_keys[0]: the same key as tenants[0].api_keys[1]",
    ]);
    assert.match(
      problems({ tenants: [{ id: "a", api_keys: ["sha256:s3cr3t"] }] })[0] ?? "",
      /found a string, expected the key, or sha256:/,
    );
  });

  it("compiles expressions, reads those that Go and JavaScript write differently, and refuses the rest", () => {
    const { config } = parseConfig({ client: { token: { issuer_regex: "\\Ahttps://(?P<realm>[a-z]+)\\z" } } });
    assert.equal(config.client.token.issuer_regex, "^https://(?<realm>[a-z]+)$");
    for (const channel_regex of ["(", "[[:alpha:]]", "\\pL", "\\Q.\\E"]) {
      assert.match(problems(namespaces({ name: "ab", channel_regex }))[0] ?? "", /expected a regular expression/);
    }
  });

  it("wants audience and issuer either exact or as an expression", () => {
    const both = { audience: "a", audience_regex: "a", issuer: "b", issuer_regex: "b" };
    assert.deepEqual(problems({ client: { token: both } }), [
      "client.token: set audience or audience_regex, not both",
      "client.token: set issuer or issuer_regex, not both",
    ]);
    assert.equal(problems({ tenants: [{ id: "a", token: both }] }).length, 2);
  });

  it("wants the pong before the next ping", () => {
    assert.equal(problems({ client: { ping_interval: "5s", pong_timeout: "5s" } }).length, 1);
    assert.equal(problems({ client: { ping_interval: "0s" } }).length, 0);
  });

  it("wants different marks in channel names", () => {
    assert.deepEqual(problems({ channel: { user_boundary: ":" } }), [
      "channel.user_boundary: the same as channel.namespace_boundary; they must differ",
    ]);
  });

  it("wants certificate files with TLS, and says that text is not a path", () => {
    assert.equal(problems({ http_server: { tls: { enabled: true } } }).length, 1);
    const [problem = ""] = problems({ http_server: { tls: { key_pem: "-----BEGIN PRIVATE KEY-----\ns3cr3t" } } });
    assert.match(problem, /expected a file path/);
    assert.ok(!problem.includes("s3cr3t"));
  });

  it("wants addresses or ranges of trusted proxies", () => {
    assert.deepEqual(problems({ http_server: { trusted_proxies: ["10.0.0.0/8", "::1", "fd00::/8"] } }), []);
    assert.equal(
      problems({ http_server: { trusted_proxies: ["10.0.0.0/33", "host", "10.0.0.1/", "1.1.1.1/8/8"] } }).length,
      4,
    );
  });

  it("wants the namespace of personal channels to exist", () => {
    const client = { subscribe_to_user_personal_channel: { enabled: true, personal_channel_namespace: "mine" } };
    assert.match(problems({ client })[0] ?? "", /"mine" is not in channel\.namespaces/);
    assert.deepEqual(problems({ client, channel: { namespaces: [{ name: "mine" }] } }), []);
  });

  it("warns that the options of a built-in scope do not say who may use it", () => {
    const { warnings } = parseConfig({
      http_api: { disabled: true },
      client: { allow_anonymous_connect_without_token: true },
      channel: { namespaces: [{ name: "user" }, { name: "chat" }, { name: "system" }] },
    });
    assert.equal(warnings.length, 2);
    assert.match(warnings[0] ?? "", /^channel\.namespaces\[0\]: its options apply to "user" channels/);
  });

  it("warns when no client can connect and when no API request can succeed", () => {
    const warnings = (raw: unknown): readonly string[] => parseConfig(raw).warnings;
    assert.deepEqual(
      warnings({}).map((warning) => warning.split(":")[0]),
      ["client.token", "http_api.key"],
    );
    const open = { client: { token: { hmac_secret_key: "a" } }, http_api: { key: "b" } };
    assert.deepEqual(warnings(open), []);
    assert.deepEqual(warnings({ tenants: [{ id: "a", token: { hmac_secret_key: "a" }, api_keys: ["b"] }] }), []);
    assert.deepEqual(
      warnings({ client: { allow_anonymous_connect_without_token: true }, http_api: { disabled: true } }),
      [],
    );
  });

  it("warns of every option that opens a door", () => {
    const { warnings } = parseConfig({
      client: { insecure: true, insecure_skip_token_signature_verify: true, user_id_http_header: "X-User" },
      http_api: { insecure: true },
      live: { enabled: true },
    });
    assert.equal(warnings.length, 5);
  });
});
