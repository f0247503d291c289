import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { version } from "../version.ts";
import { runCommandLine } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "altavoz-cli-"));
after(() => rmSync(folder, { recursive: true }));

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(...words: string[]): Promise<Outcome> {
  let out = "";
  let err = "";
  const code = await runCommandLine(words, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    signals: { on: () => undefined, off: () => undefined },
    exit: () => undefined,
  });
  return { code, out, err };
}

function configWith(name: string, content: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify(content));
  return file;
}

const names = ["serve", "genconfig", "checkconfig", "defaultconfig", "gentoken", "checktoken", "version"];

describe("altavoz", () => {
  it("says what it can do in one screen", async () => {
    for (const words of [[], ["help"], ["--help"], ["-h"], ...names.map((name) => [name, "--help"])]) {
      const { code, out, err } = await run(...words);
      assert.equal(code, 0);
      assert.equal(err, "");
      const lines = out.split("\n");
      assert.ok(lines.length <= 24, words.join(" "));
      for (const line of lines) assert.ok(line.length <= 110, line);
    }
    for (const name of names) assert.match((await run()).out, new RegExp(`^  ${name} `, "m"));
  });

  it("answers a wrong call with 2, what is wrong, and where to look", async () => {
    const cases: [string[], RegExp][] = [
      [["serv"], /unknown command serv; did you mean "altavoz serve"\?/],
      [["-c", "x.json"], /unknown command -c; did you mean "altavoz serve"\?/],
      [["serve", "--prot", "80"], /unknown flag --prot; did you mean --port\?/],
      [["serve", "--port"], /--port needs a value/],
      [["serve", "now"], /unexpected word "now"/],
      [["checktoken"], /Missing required positional argument: TOKEN/],
      [["gentoken", "--ttl", "week"], /--ttl is a number of seconds/],
      [["defaultconfig", "--format", "ini"], /--format is one of json, yaml, toml/],
    ];
    for (const [words, expected] of cases) {
      const { code, out, err } = await run(...words);
      assert.equal(code, 2, words.join(" "));
      assert.equal(out, "");
      assert.match(err, expected);
      assert.match(err, /See "altavoz .*--help"\./);
    }
  });

  it("lists every problem of a configuration before it starts anything", async () => {
    const file = configWith("wrong.json", { http_server: { prot: 1 }, log: { level: 3 } });
    for (const command of ["serve", "checkconfig", "gentoken"]) {
      const { code, err } = await run(command, "--config", file);
      assert.equal(code, 1);
      assert.match(
        err,
        /2 problems:\n {2}http_server\.prot: .*did you mean http_server\.port\?\n {2}log\.level: found 3/,
      );
    }
  });

  it("has the version of its package", () => {
    const file = new URL("../../package.json", import.meta.url);
    assert.equal(version, JSON.parse(readFileSync(file, "utf8")).version);
  });

  it("runs as a process and hands out its exit code", () => {
    const main = fileURLToPath(new URL("../main.ts", import.meta.url));
    const good = spawnSync(process.execPath, [main, "version"], { encoding: "utf8" });
    assert.match(good.stdout, /^altavoz \d+\.\d+\.\d+ \((Bun|Node) /);
    assert.equal(good.status, 0);
    assert.equal(spawnSync(process.execPath, [main, "nothing"], { encoding: "utf8" }).status, 2);
  });
});

describe("altavoz genconfig", () => {
  it("writes random secrets that only the owner can read, and never overwrites", async () => {
    const file = join(folder, "new.json");
    assert.equal((await run("genconfig", "--config", file)).code, 0);
    const text = readFileSync(file, "utf8");
    assert.equal(statSync(file).mode & 0o077, 0);
    assert.ok(JSON.parse(text).client.token.hmac_secret_key.length >= 43);
    const again = await run("genconfig", "-c", file);
    assert.equal(again.code, 1);
    assert.match(again.err, /exists already/);
    assert.equal(readFileSync(file, "utf8"), text);
    assert.equal((await run("checkconfig", "--strict", "-c", file)).code, 0);
  });

  it("says that it writes JSON only", async () => {
    const file = join(folder, "new.yaml");
    assert.equal((await run("genconfig", "-c", file)).code, 1);
    assert.equal(existsSync(file), false);
  });
});

describe("altavoz checkconfig", () => {
  it("prints warnings, and fails on them only when strict", async () => {
    const file = configWith("warn.json", {
      client: { token: { hmac_secret_key: "a" } },
      http_api: { key: "b" },
      admin: { enabled: true, password: "s3cr3t" },
    });
    const loose = await run("checkconfig", "-c", file);
    assert.equal(loose.code, 0);
    assert.match(loose.err, /^warning: admin is known from Centrifugo/);
    assert.ok(!loose.err.includes("s3cr3t"));
    assert.equal((await run("checkconfig", "-c", file, "-s")).code, 1);
  });

  it("refuses keys and certificates that the server could not use", async () => {
    const file = configWith("keys.json", {
      client: { token: { rsa_public_key: "not a key" } },
      http_server: { tls: { enabled: true, cert_pem: "absent.pem", key_pem: "absent.pem" } },
    });
    const { code, err } = await run("checkconfig", "-c", file);
    assert.equal(code, 1);
    assert.match(err, /2 problems:\n {2}tokens: .*client\.token.*\n {2}http_server\.tls: .*absent\.pem/);
  });

  it("refuses schemas of publications that are none", async () => {
    const file = configWith("schemas.json", { schemas: [{ name: "a", channels: ["a:*"], schema: { type: "txt" } }] });
    const { code, err } = await run("checkconfig", "-c", file);
    assert.equal(code, 1);
    assert.match(err, /schemas: a: this is no JSON Schema/);
  });

  it("says how to get a file that is not there", async () => {
    const { code, err } = await run("checkconfig", "-c", join(folder, "absent.json"));
    assert.equal(code, 1);
    assert.match(err, /cannot be read \(ENOENT\); "altavoz genconfig --config .*absent\.json" makes a new one/);
  });
});

describe("altavoz defaultconfig", () => {
  it("prints a file that is valid", async () => {
    const { code, out } = await run("defaultconfig");
    assert.equal(code, 0);
    assert.equal((await run("checkconfig", "-c", configWith("default.json", JSON.parse(out)))).code, 0);
  });
});

describe("altavoz gentoken and checktoken", () => {
  const file = configWith("tokens.json", {
    client: {
      token: { hmac_secret_key: "platform secret", audience: "hub", issuer: "me" },
      subscription_token: { enabled: true, hmac_secret_key: "subscription secret" },
    },
    tenants: [{ id: "acme", token: { hmac_secret_key: "acme secret" } }, { id: "beta" }],
    tenancy: { allow_undeclared: false },
  });
  const token = async (...words: string[]): Promise<string> =>
    (await run("gentoken", "-q", "-c", file, ...words)).out.trim();
  const check = (text: string): Promise<Outcome> => run("checktoken", text, "-c", file);

  it("make and accept a connection token of the platform, of a tenant with keys, and of one without", async () => {
    const plain = await check(await token("--user", "42"));
    assert.match(plain.out, /^valid connection token\nuser: {4}42\ntenant: {2}default\nends: {4}20/);
    assert.match(
      (await check(await token("-u", "42", "--tenant", "acme", "--role", "viewer"))).out,
      /acme\nroles: {3}viewer/,
    );
    assert.match((await check(await token("-u", "42", "--tenant", "beta"))).out, /tenant: {2}beta/);
    assert.match((await check(await token())).out, /user: {4}anonymous/);
  });

  it("make and accept a subscription token with the keys for those", async () => {
    const { out } = await check(await token("-u", "42", "--channel", "news:1"));
    assert.match(out, /^valid subscription token\n.*channel: news:1/s);
    assert.match((await check(await token("-u", "42", "-s", "news", "--tenant", "acme"))).out, /tenant: {2}acme/);
  });

  it("say until when a token is valid, apart from the token itself", async () => {
    const { out, err } = await run("gentoken", "-c", file, "-u", "42", "-t", "60");
    assert.match(out, /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    assert.match(err, /^connection token for user 42, valid until /);
  });

  it("refuse a token that is foreign, changed or for a tenant that does not exist", async () => {
    const good = await token("-u", "42");
    for (const text of ["nonsense", `${good}x`, good.replace(/^[^.]+/, "e30")]) {
      const { code, out, err } = await check(text);
      assert.equal(code, 1);
      assert.equal(out, "");
      assert.match(err, /^refused: /);
    }
    const nobody = await run("gentoken", "-c", file, "-u", "42", "--tenant", "nobody");
    assert.equal(nobody.code, 1);
    assert.match(nobody.err, /would refuse this token/);
  });

  it("say what is missing when the configuration holds no secret to sign with", async () => {
    const { code, err } = await run("gentoken", "-c", configWith("empty.json", {}), "-u", "42");
    assert.equal(code, 1);
    assert.match(err, /^client\.token verifies tokens without an HMAC secret/);
  });
});
