import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import fc from "fast-check";
import { centrifugoConfig } from "./centrifugo-config.fixture.ts";
import { ConfigError } from "./config-error.ts";
import { readEnvironment, variableOf, visitOptions } from "./environment.ts";
import { loadConfig, parseConfig } from "./load.ts";
import type { Option } from "./schema/option.ts";
import { type Config, schema } from "./schema.ts";

const folder = mkdtempSync(join(tmpdir(), "altavoz-config-"));
after(() => rmSync(folder, { recursive: true }));

function fileWith(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

function problemsOf(attempt: () => unknown): readonly string[] {
  try {
    attempt();
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.problems;
  }
  return [];
}
const problems = (raw: unknown): readonly string[] => problemsOf(() => parseConfig(raw));

describe("loadConfig", () => {
  it("starts a Centrifugo v6 file unchanged and warns of what is not here yet", () => {
    const { config, warnings } = loadConfig({
      file: fileWith("config.json", JSON.stringify(centrifugoConfig)),
      env: {},
    });
    assert.equal(config.client.ping_interval, 20_000);
    assert.equal(config.http_server.internal_port, 9000);
    assert.equal(config.channel.namespaces[1]?.force_recovery_mode, "cache");
    assert.equal(config.channel.namespaces[2]?.channel_regex, "^[0-9]+$");
    const named = warnings.map((warning) => warning.split(" ")[0]).sort();
    assert.deepEqual(named, ["admin", "channel.namespaces[2].subscribe_stream_proxy_enabled"]);
    assert.equal(config.websocket.compression_level, 1);
    for (const secret of ["d0683813", "4e9eafcf", "d7627bb6", "bbe7d157"]) {
      assert.ok(!warnings.join().includes(secret));
    }
  });

  it("reads the same from JSON, YAML and TOML", () => {
    const json = fileWith(
      "same.json",
      '{"client":{"token":{"hmac_secret_key":"a"}},"channel":{"namespaces":[{"name":"ab"}]}}',
    );
    const yaml = fileWith(
      "same.yaml",
      "client:\n  token: { hmac_secret_key: a }\nchannel:\n  namespaces:\n    - name: ab\n",
    );
    const toml = fileWith("same.toml", '[client.token]\nhmac_secret_key = "a"\n[[channel.namespaces]]\nname = "ab"\n');
    const expected = loadConfig({ file: json, env: {} });
    assert.deepEqual(loadConfig({ file: yaml, env: {} }), expected);
    assert.deepEqual(loadConfig({ file: toml, env: {} }), expected);
  });

  it("has a complete and valid configuration without any source", () => {
    const { config, warnings } = loadConfig({ env: {} });
    assert.equal(warnings.length, 2, "nobody can connect and nobody can publish");
    assert.equal(config.http_server.port, 8000);
    assert.equal(config.tenancy.allow_undeclared, true);
    assert.equal(config.channel.history_meta_ttl, 720 * 3_600_000);
  });

  it("lets flags win over ALTAVOZ variables, those over CENTRIFUGO variables, those over the file", () => {
    const file = fileWith("order.json", '{"http_server":{"port":1},"log":{"level":"warn"},"node":{"name":"file"}}');
    const { config } = loadConfig({
      file,
      env: { CENTRIFUGO_HTTP_SERVER_PORT: "2", ALTAVOZ_HTTP_SERVER_PORT: "3", CENTRIFUGO_NODE_NAME: "env" },
      flags: { "http_server.port": "4" },
    });
    assert.equal(config.http_server.port, 4);
    assert.equal(config.node.name, "env");
    assert.equal(config.log.level, "warn");
  });

  it("reads lists, durations and lists of objects from variables", () => {
    const { config } = loadConfig({
      env: {
        ALTAVOZ_CLIENT_ALLOWED_ORIGINS: "https://a.example  https://b.example",
        ALTAVOZ_CLIENT_PING_INTERVAL: "1m",
        ALTAVOZ_CLIENT_INSECURE: "true",
        ALTAVOZ_CHANNEL_NAMESPACES: '[{"name":"chat","presence":true}]',
      },
    });
    assert.deepEqual(config.client.allowed_origins, ["https://a.example", "https://b.example"]);
    assert.equal(config.client.ping_interval, 60_000);
    assert.equal(config.client.insecure, true);
    assert.equal(config.channel.namespaces[0]?.presence, true);
  });

  it("names a variable that is no option, with the nearest one", () => {
    const keys = { ALTAVOZ_CLIENT_TOKEN_HMAC_SECRET_KEY: "a", ALTAVOZ_HTTP_API_KEY: "b" };
    const { warnings } = loadConfig({
      env: {
        ALTAVOZ_CLIENT_TOKEN_HMAC_SECRT_KEY: "s3cr3t",
        CENTRIFUGO_ENGINE_REDIS_FORCE_RESP2: "x",
        OTHER: "y",
        ...keys,
      },
    });
    assert.equal(warnings.length, 2);
    assert.match(warnings[0] ?? "", /did you mean ALTAVOZ_CLIENT_TOKEN_HMAC_SECRET_KEY\?$/);
    assert.match(warnings[1] ?? "", /^CENTRIFUGO_ENGINE_REDIS_FORCE_RESP2 is known from Centrifugo/);
    assert.ok(!warnings.join().includes("s3cr3t"));
  });

  it("says which variable has a wrong value", () => {
    assert.deepEqual(
      problemsOf(() => loadConfig({ env: { ALTAVOZ_HTTP_SERVER_PORT: "eighty" } })),
      ['ALTAVOZ_HTTP_SERVER_PORT (http_server.port): found "eighty", expected a whole number from 0 to 65535'],
    );
  });

  it("says where a file cannot be read, without quoting it", () => {
    const secret = "s3cr3t";
    for (const [name, text] of [
      ["bad.json", `{"http_api": {"key": ${secret}}}`],
      ["comma.json", `{"http_api": {"key": "${secret}"},}`],
      ["bad.yaml", `http_api:\n  key: "${secret}\n`],
      ["bad.toml", `[http_api]\nkey = ${secret}`],
      ["config.ini", secret],
    ] as const) {
      const [problem = ""] = problemsOf(() => loadConfig({ file: fileWith(name, text), env: {} }));
      assert.match(problem, new RegExp(name));
      assert.ok(!problem.includes(secret), problem);
    }
    assert.match(problemsOf(() => loadConfig({ file: join(folder, "none.json"), env: {} }))[0] ?? "", /genconfig/);
  });

  it("reads every option from the variable of its path, in a value of its type", () => {
    const options: [string, Option][] = [];
    visitOptions(schema, (path, option) => option.type !== "later" && options.push([path, option]));
    assert.ok(options.length > 100);
    assert.equal(
      new Set(options.map(([path]) => variableOf(path))).size,
      options.length,
      "two options share a variable",
    );
    for (const [path, option] of options) {
      const text = sampleText(path, option);
      const { values, warnings } = readEnvironment(schema, { [variableOf(path)]: text });
      assert.deepEqual([...values.keys()], [path]);
      assert.deepEqual(warnings, []);
      let config: unknown;
      const sets = problemsOf(() => {
        config = loadConfig({ env: { [variableOf(path)]: text } }).config;
      });
      assert.ok(!sets.some((problem) => problem.startsWith("ALTAVOZ_")), sets.join());
      if (sets.length > 0) continue;
      const value = path.split(".").reduce<unknown>((at, name) => Object(at)[name], config);
      assert.notDeepEqual(value, undefined, path);
    }
  });
});

function sampleText(path: string, option: Option): string {
  if (option.type === "bool") return "true";
  if (option.type === "int") return "7";
  if (option.type === "duration") return "3s";
  if (option.type === "enum") return option.of.at(-1) ?? "";
  if (option.type === "strings") return option.of?.at(-1) ?? "10.0.0.0/8 ::1";
  if (option.type === "list") return "[]";
  if (option.type === "map") return '{"x-name":"abc"}';
  if (path.endsWith("endpoint")) return "https://backend.example";
  return path.endsWith("handler_prefix") ? "/x" : "abc";
}

describe("parseConfig", () => {
  it("refuses all unknown keys at once, each with its path and the nearest known one", () => {
    assert.deepEqual(
      problems({
        token_hmac_secret_key: "x",
        namespaces: [],
        client: { alowed_origins: [], zzzzzz: 1 },
        channel: { namespaces: [{ name: "chat", presense: true }] },
        tenants: [{ id: "acme", limits: { conections: 1 } }],
      }),
      [
        "token_hmac_secret_key: no such option; did you mean client.token.hmac_secret_key?",
        "namespaces: no such option; did you mean channel.namespaces?",
        "client.alowed_origins: no such option; did you mean client.allowed_origins?",
        "client.zzzzzz: no such option",
        "channel.namespaces[0].presense: no such option; did you mean channel.namespaces[0].presence?",
        "tenants[0].limits.conections: no such option; did you mean tenants[0].limits.connections?",
      ],
    );
  });

  it("names path, what was found and what is expected for a wrong type", () => {
    assert.deepEqual(
      problems({
        http_server: { port: "8000", tls: { enabled: "yes" } },
        client: { ping_interval: 25, allowed_origins: "*", token: { hmac_secret_key: 12345 } },
        engine: { type: "postgres" },
        log: { level: "loud" },
        tenants: {},
        health: [],
      }),
      [
        'http_server.port: found "8000", expected a whole number from 0 to 65535',
        'http_server.tls.enabled: found "yes", expected true or false',
        'log.level: found "loud", expected one of "trace", "debug", "info", "warn", "error", "none"',
        'engine.type: found "postgres", expected one of "memory", "redis"',
        "client.token.hmac_secret_key: found a number, expected text",
        'client.allowed_origins: found "*", expected a list of texts',
        'client.ping_interval: found 25, expected a duration such as "500ms", "25s" or "1h30m"',
        "health: found a list, expected an object",
        "tenants: found an object, expected a list of objects",
      ],
    );
  });

  it("takes null for a key that is not set", () => {
    assert.deepEqual(parseConfig({ client: null, http_api: { key: null } }), parseConfig({}));
    assert.deepEqual(parseConfig(null), parseConfig({}));
  });

  it("keeps the names of built-in objects out of the schema", () => {
    assert.match(
      problems(JSON.parse('{"__proto__":{"x":1},"constructor":1}')).join("\n"),
      /__proto__.*\n?.*constructor/s,
    );
  });

  it("reads API keys as bare texts, hashes and objects with name and scopes", () => {
    const hash = `sha256:${"0a".repeat(32)}`;
    const { config } = parseConfig({
      tenants: [{ id: "acme", api_keys: ["plain", hash, { name: "shop", key: "k", scopes: ["publish"] }] }],
    });
    assert.deepEqual(config.tenants[0]?.api_keys, [
      { name: "", key: "plain", scopes: ["*"] },
      { name: "", key: hash, scopes: ["*"] },
      { name: "shop", key: "k", scopes: ["publish"] },
    ]);
  });

  it("takes limits that a tenant does not set from tenancy.default_limits", () => {
    const { config } = parseConfig({
      tenancy: { default_limits: { connections: 100, publication_bytes: 1000 } },
      tenants: [{ id: "acme", limits: { connections: 0 } }, { id: "beta" }],
    });
    assert.equal(config.tenants[0]?.limits.connections, 0);
    assert.equal(config.tenants[0]?.limits.publication_bytes, 1000);
    assert.equal(config.tenants[1]?.limits.connections, 100);
  });

  it("never crashes on any object, and gives a configuration or named problems", () => {
    const names: string[] = [];
    visitOptions(schema, (path) => names.push(...path.split(".")));
    const key = fc.oneof(fc.constantFrom(...new Set(names), "__proto__", "toString"), fc.string());
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: "small" },
        fc.anything({ withDate: true, withBigInt: true }),
        fc.dictionary(key, tie("tree")),
        fc.array(tie("tree"), { maxLength: 3 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (raw) => {
        for (const problem of problems(raw)) assert.ok(problem.length > 0);
      }),
      { numRuns: 100 },
    );
  });

  it("never crashes on any value of any option, and never prints a secret", () => {
    const secrets: string[] = [];
    visitOptions(schema, (path, option) => option.type === "string" && option.secret && secrets.push(path));
    const paths: string[] = [];
    visitOptions(schema, (path) => paths.push(path));
    const at = (path: string, value: unknown): unknown =>
      path.split(".").reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.anything(), (path, value) => {
        problems(at(path, value));
      }),
    );
    for (const path of secrets)
      assert.ok(
        !problems(at(path, ["s3cr3t"]))
          .join()
          .includes("s3cr3t"),
        path,
      );
  });

  it("has values of the declared types for the compiler too", () => {
    const port: number = parseConfig({}).config.http_server.port;
    const level: "trace" | "debug" | "info" | "warn" | "error" | "none" = parseConfig({}).config.log.level;
    const origins: readonly string[] = parseConfig({}).config.client.allowed_origins;
    // @ts-expect-error options that are not supported yet have no value
    const admin: unknown = parseConfig({}).config.admin;
    const tenant: Config["tenants"][number] | undefined = parseConfig({}).config.tenants[0];
    assert.deepEqual([port, level, origins, admin, tenant], [8000, "info", [], undefined, undefined]);
  });
});
