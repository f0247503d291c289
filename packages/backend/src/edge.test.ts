import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { startTestHub, type TestHub } from "../../server/src/testing.ts";
import type * as Backend from "./index.ts";

const run = promisify(execFile);
const BUN = fileURLToPath(new URL("../../../node_modules/.bin/bun", import.meta.url));
const SECRET = "a-secret-of-at-least-32-characters";
const INDEX = fileURLToPath(new URL("./index.ts", import.meta.url));

/** What servers have and other runtimes have not: inside of the bundle these names mean nothing. */
const withoutServer =
  "const process = undefined, Buffer = undefined, Bun = undefined, require = undefined, global = undefined;";

let hub: TestHub;
let folder: string;
before(async () => {
  hub = await startTestHub({ config: { http_api: { key: "key" } } });
  folder = await mkdtemp(join(tmpdir(), "altavoz-edge-"));
  const target = ["--target=browser", "--format=esm", "--conditions=@altavoz/source"];
  await run(BUN, ["build", INDEX, ...target, `--outfile=${join(folder, "backend.js")}`]);
});
after(async () => {
  await hub.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("where there are no modules of Node", () => {
  it("is one piece with all it needs, and imports nothing", async () => {
    const bundle = await readFile(join(folder, "backend.js"), "utf8");
    assert.doesNotMatch(bundle, /["']node:|\brequire\(|\bimport\s*\(|^import\b/m);
  });

  it("publishes, mints and verifies with web standards alone", async () => {
    const file = join(folder, "edge.mjs");
    await writeFile(file, `${withoutServer}\n${await readFile(join(folder, "backend.js"), "utf8")}`);
    const edge = (await import(pathToFileURL(file).href)) as typeof Backend;
    const publisher = new edge.DeploymentPublisher({ url: hub.url, key: "key", gzipFrom: 1 });
    assert.equal((await publisher.publishStart("edge", "deploy-456", "odoo")).type, "deployment_start");
    const token = await edge.mintConnectionToken({ user: "ana" }, SECRET);
    assert.equal((await new edge.AuthMiddleware({ key: SECRET }).authenticate(token)).userId, "ana");
    assert.throws(() => edge.createServerApi(), /set CENTRIFUGO_URL/, "there is no environment");
  });
});
