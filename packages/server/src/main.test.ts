import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { centrifugoConfig } from "./config/centrifugo-config.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "altavoz-main-"));
after(() => rmSync(folder, { recursive: true }));

describe("the process", () => {
  it("serves with the file of a Centrifugo deployment and ends in order at SIGTERM", async () => {
    const file = join(folder, "config.json");
    const here = { address: "127.0.0.1", port: 0, internal_port: "" };
    writeFileSync(file, JSON.stringify({ ...centrifugoConfig, http_server: here }));
    const main = fileURLToPath(new URL("./main.ts", import.meta.url));
    const child = spawn(process.execPath, [main, "serve", "--config", file], { stdio: ["ignore", "ignore", "pipe"] });
    after(() => child.kill("SIGKILL"));
    const lines: Record<string, unknown>[] = [];
    const exited = once(child, "exit");
    for await (const text of createInterface({ input: child.stderr })) {
      const line = JSON.parse(text) as Record<string, unknown>;
      lines.push(line);
      if (String(line.message).includes("is ready at")) child.kill("SIGTERM");
    }
    assert.deepEqual(await exited, [0, null]);
    assert.equal(lines.at(-1)?.message, "stopped");
    // What is not there yet is told, and is no reason to refuse the file.
    assert.ok(lines.some(({ level, message }) => level === "warn" && String(message).startsWith("admin")));
  });
});
