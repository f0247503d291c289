/**
 * `npm run build [-- --binary] [-- --api]`: what `npm pack` ships of every package; with `--binary` one executable of the hub as
 * well, with `--api` the list of what the packages offer is written anew.
 */
import { chmodSync, cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { BUN, giveUp, NODE, ROOT, run, seconds } from "./setup/command.mjs";
import { ensureInstalled } from "./setup/install.mjs";
import { buildPackages } from "./setup/packages.mjs";
import { ensurePortal, portalAssets } from "./setup/portal.mjs";

const server = join(ROOT, "packages/server");
const { values } = parseArgs({
  options: { api: { type: "boolean", default: false }, binary: { type: "boolean", default: false } },
});

await ensureInstalled().catch(giveUp);
await ensurePortal().catch(giveUp);
rmSync(join(server, "dist"), { recursive: true, force: true });
await step("packages/server/dist", NODE, [join(ROOT, "node_modules/.bin/tsc"), "-p", "scripts/server.build.json"]);
chmodSync(join(server, "dist/main.js"), 0o755);
cpSync(portalAssets, join(server, "dist/live"), { recursive: true });
console.log("packages/server/dist/live");
await buildPackages((product, ms) => console.log(`${product}  (${seconds(ms)})`)).catch(giveUp);
if (values.api) (await import("./proof/api.mjs")).writeApis(ROOT);
if (values.binary) {
  const out = join(server, "dist/altavoz");
  await step("packages/server/dist/altavoz", BUN, [
    "build",
    "--compile",
    "--minify",
    join(server, "src/main.ts"),
    "--outfile",
    out,
  ]);
}

async function step(product, program, args) {
  const { code, output, ms } = await run(program, args);
  if (code === 0) return console.log(`${product}  (${seconds(ms)})`);
  console.error(`${product} could not be built:\n${output}`);
  process.exit(1);
}
