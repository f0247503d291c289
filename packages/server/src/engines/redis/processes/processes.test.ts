import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { watch } from "node:fs/promises";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { describe, it } from "node:test";
import { startRedisCluster } from "./redis-cluster.fixture.ts";
import { startRedisServer } from "./redis-server.fixture.ts";
import { startSentinelGroup } from "./sentinel-group.fixture.ts";

/** It starts a server, says where, and then waits for its own end. */
const STARTER = `
  const { startRedisServer } = await import("${import.meta.resolve("./redis-server.fixture.ts")}");
  const { pid, folder } = await startRedisServer();
  console.log(JSON.stringify({ pid, folder }));
  setInterval(() => {}, 1000);
`;

/** A zombie that nobody has buried yet is dead as well, but a signal still reaches it; its folder tells. */
async function isGone(folder: string): Promise<void> {
  for await (const _ of watch(dirname(folder))) if (!existsSync(folder)) return;
}

describe("Redis for tests", { timeout: 60_000 }, () => {
  it("a server keeps its port and, with an append-only file, its data over a kill and a restart", async () => {
    const server = await startRedisServer({ password: "secret", appendfsync: "always" });
    await server.call("SET", "key", "value");
    await server.kill();
    await assert.rejects(server.call("PING"));
    await server.restart();
    assert.equal(await server.call("GET", "key"), "value");
    await server.stop();
    assert.equal(existsSync(server.folder), false);
  });

  it("a server does not outlive a test process that is killed", async () => {
    const starter = spawn(process.execPath, ["--input-type=module", "--eval", STARTER], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(createInterface({ input: starter.stdout }), "line");
    const { folder } = JSON.parse(String(line)) as { readonly folder: string };
    assert.ok(existsSync(folder));
    const gone = isGone(folder);
    starter.kill("SIGKILL");
    await gone;
  });

  it("sentinels agree about a switch, planned or not", async () => {
    const group = await startSentinelGroup();
    const first = await group.master();
    const second = await group.failover();
    assert.notEqual(second, first);
    await second.kill();
    assert.equal(await group.switched(second), first);
    await group.stop();
  });

  it("a cluster moves a slot with its keys, and gives a dead master's slots to its replica", async () => {
    const cluster = await startRedisCluster();
    const slot = await cluster.slotOf("key");
    const from = await cluster.owner(slot);
    const to = await cluster.owner((slot + 8_192) % 16_384);
    await from.call("SET", "key", "value");
    const migration = await cluster.migrate(slot, to);
    await migration.moveKeys();
    await assert.rejects(from.call("GET", "key"), /ASK/);
    await migration.finish();
    await assert.rejects(from.call("GET", "key"), /MOVED/);
    assert.equal(await to.call("GET", "key"), "value");
    const planned = await cluster.failover(slot);
    assert.notEqual(planned, to);
    await planned.kill();
    assert.equal(await cluster.switched(slot, planned), to);
    await cluster.stop();
  });
});
