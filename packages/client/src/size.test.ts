import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const BUN = here("../../../node_modules/.bin/bun");

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "altavoz-client-"));
});
after(() => rm(folder, { recursive: true }));

/** What a page made of this program loads of the package, without the official client. */
async function gzipped(program: string): Promise<number> {
  const entry = join(folder, "page.ts");
  await writeFile(entry, program.replace("@altavoz/client", here("./index.ts")));
  const options = ["--minify", "--external", "centrifuge", "--conditions=@altavoz/source"];
  const { stdout } = await promisify(execFile)(BUN, ["build", entry, ...options]);
  return gzipSync(stdout, { level: 9 }).length;
}

describe("size", () => {
  it("of a client with queue, storage, presence and paces is at most 6 kB", async () => {
    const names = "createClient, createIndexedDbStorage, throttle, batch, latestOnly";
    const bytes = await gzipped(`import { ${names} } from "@altavoz/client"; globalThis.used = [${names}];`);
    assert.ok(bytes > 1_000 && bytes <= 6_000, `${bytes} bytes`);
  });

  it("of everything, with the stores for resources in three languages, is at most 8 kB", async () => {
    const bytes = await gzipped('export * from "@altavoz/client";');
    assert.ok(bytes > 1_000 && bytes <= 8_000, `${bytes} bytes`);
  });

  it("of the plain WebSocket by itself is at most 2 kB", async () => {
    const bytes = await gzipped(`export * from ${JSON.stringify(here("./plain/index.ts"))};`);
    assert.ok(bytes > 1_000 && bytes <= 2_000, `${bytes} bytes`);
  });
});
