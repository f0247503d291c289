import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import type { Config } from "../config/schema.ts";
import { createServeCommand, type StartServer } from "./serve.ts";

const folder = mkdtempSync(join(tmpdir(), "altavoz-serve-"));
after(() => rmSync(folder, { recursive: true }));

const noFigures = { figures: () => [], ailment: async () => undefined };

/** Runs `serve` with a server that starts at once, until `during` has ended and a signal has come. */
async function serveDuring(content: object, words: readonly string[], during: (config: Config) => void) {
  const file = join(folder, "serve.json");
  const logFile = join(folder, "serve.log");
  rmSync(logFile, { force: true });
  writeFileSync(file, JSON.stringify({ ...content, log: { file: logFile } }));
  const signals = new EventEmitter();
  const ready = Promise.withResolvers<Config>();
  signals.on("newListener", (name) => name === "SIGINT" && queueMicrotask(() => ready.resolve(started)));
  let started: Config;
  let stops = 0;
  const start: StartServer = async (config) => {
    started = config;
    return { ...noFigures, url: "http://localhost:1", stop: async () => void stops++ };
  };
  const exits: number[] = [];
  const terminal = { out: () => {}, err: () => {}, signals, exit: (code: number) => void exits.push(code) };
  const code = createServeCommand(start).run(["--config", file, ...words], terminal);
  code.catch(ready.reject);
  during(await ready.promise);
  signals.emit("SIGTERM");
  assert.equal(await code, 0);
  assert.deepEqual(exits, [0]);
  assert.equal(stops, 1);
  const lines = readFileSync(logFile, "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("altavoz serve", () => {
  it("lists warnings first, then one line with the addresses, and drains at a signal", async () => {
    const lines = await serveDuring(
      { client: { insecure: true }, http_api: { key: "a" }, admin: { enabled: true } },
      [],
      () => {},
    );
    assert.deepEqual(
      lines.map(({ level }) => level),
      ["warn", "warn", "info", "info", "info"],
    );
    assert.match(String(lines[2]?.message), /^Altavoz \d+\.\d+\.\d+ is ready at http:\/\/localhost:1$/);
    assert.equal(lines[2]?.websocket, "ws://localhost:1/connection/websocket");
    assert.equal(lines[2]?.api, "http://localhost:1/api");
    assert.equal(lines[4]?.message, "stopped");
  });

  it("lets its flags win over the file", async () => {
    const words = ["--port", "0", "--address", "::1", "--log-level", "debug"];
    await serveDuring({ http_server: { port: 1, address: "x" } }, words, ({ http_server: server, log }) => {
      assert.deepEqual([server.port, server.address, log.level], [0, "::1", "debug"]);
    });
  });

  it("keeps the process id in pid_file while it runs", async () => {
    const pidFile = join(folder, "altavoz.pid");
    await serveDuring({ pid_file: pidFile }, [], () => {
      assert.equal(readFileSync(pidFile, "utf8"), `${process.pid}\n`);
    });
    assert.equal(existsSync(pidFile), false);
  });

  it("stops what it started when it cannot write its pid_file", async () => {
    const file = join(folder, "pid.json");
    writeFileSync(file, JSON.stringify({ pid_file: join(folder, "absent", "altavoz.pid") }));
    let stops = 0;
    const start: StartServer = async () => ({ ...noFigures, url: "", stop: async () => void stops++ });
    const terminal = { out: () => {}, err: () => {}, signals: new EventEmitter(), exit: () => {} };
    await assert.rejects(createServeCommand(start).run(["--config", file], terminal), /ENOENT/);
    assert.equal(stops, 1);
  });

  it("says what to do when its port is taken", async () => {
    const file = join(folder, "taken.json");
    writeFileSync(file, "{}");
    const start: StartServer = () => Promise.reject(new Error("Is the port in use?"));
    const terminal = { out: () => {}, err: () => {}, signals: new EventEmitter(), exit: () => {} };
    await assert.rejects(
      createServeCommand(start).run(["--config", file], terminal),
      /could not start: .*\n.*--port N/,
    );
  });
});
