/**
 * `node_modules/.bin/node scripts/docs.mjs [--check]`: fills the generated parts of the documentation from the code, or
 * says which of them are stale.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fillRegions } from "./docs/regions.mjs";
import { tables } from "./docs/tables.mjs";
import { ROOT } from "./setup/command.mjs";

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
const folder = join(ROOT, "docs/en");
const content = await tables();
const used = new Set();
const stale = [];

for (const name of readdirSync(folder).filter((file) => file.endsWith(".md"))) {
  const before = readFileSync(join(folder, name), "utf8");
  const after = fillRegions(before, content, used);
  if (after === before) continue;
  stale.push(`docs/en/${name}`);
  if (!values.check) writeFileSync(join(folder, name), after);
}
for (const name of Object.keys(content)) if (!used.has(name)) throw new Error(`no page has the region ${name}`);
for (const page of stale) console.log(`${page} ${values.check ? "is not what the code says" : "written"}`);
if (values.check && stale.length > 0) process.exitCode = 1;
