import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { build, createNitro, prepare } from "nitropack";
import type { TestHub } from "../../packages/server/src/testing.ts";
import { NODE, startHub, trySample } from "./sample.fixture.ts";

let hub: TestHub;
let folder: string;
before(async () => {
  hub = await startHub();
  folder = await mkdtemp(join(tmpdir(), "altavoz-nitro-"));
  const rootDir = fileURLToPath(new URL("nitro", import.meta.url));
  const nitro = await createNitro({
    rootDir,
    buildDir: join(folder, "build"),
    output: { dir: join(folder, "output") },
    logLevel: 1,
  });
  await prepare(nitro);
  await build(nitro);
  await nitro.close();
});
after(async () => {
  await hub.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("a sample", () => {
  it("of Nitro, built for a server, publishes what an official client receives", async () => {
    const index = join(folder, "output/server/index.mjs");
    await trySample(hub, { program: NODE, arguments: [index] });
  });
});
