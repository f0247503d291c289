/**
 * `node_modules/.bin/node scripts/docs.mjs [--check]`: fills the generated parts of the documentation from the code,
 * writes the catalogue of events for machines, or says which of them are stale.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { languages } from "./docs/event-words.mjs";
import { eventFiles, eventsRegion } from "./docs/events.mjs";
import { fillRegions } from "./docs/regions.mjs";
import { tables } from "./docs/tables.mjs";
import { ROOT } from "./setup/command.mjs";

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
const content = await tables();
const used = new Set();
const stale = [];

/** Writes `after`, or only notes that `before` is another text. */
function settle(path, before, after) {
  if (after === before) return;
  stale.push(path);
  if (values.check) return;
  mkdirSync(dirname(join(ROOT, path)), { recursive: true });
  writeFileSync(join(ROOT, path), after);
}

for (const language of Object.keys(languages)) {
  const regions = { ...content, events: eventsRegion(language) };
  for (const name of readdirSync(join(ROOT, "docs", language)).filter((file) => file.endsWith(".md"))) {
    const path = `docs/${language}/${name}`;
    const before = readFileSync(join(ROOT, path), "utf8");
    settle(path, before, fillRegions(before, regions, used));
  }
}
for (const name of ["events", ...Object.keys(content)]) {
  if (!used.has(name)) throw new Error(`no page has the region ${name}`);
}
for (const [name, text] of eventFiles()) {
  const path = `packages/events/schemas/${name}`;
  settle(path, existsSync(join(ROOT, path)) ? readFileSync(join(ROOT, path), "utf8") : undefined, text);
}
for (const page of stale) console.log(`${page} ${values.check ? "is not what the code says" : "written"}`);
if (values.check && stale.length > 0) process.exitCode = 1;
