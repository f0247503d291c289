import { readdirSync } from "node:fs";
import { join } from "node:path";

const SKIPPED = new Set([
  "node_modules",
  "dist",
  ".git",
  "coverage",
  "test-results",
  "out",
  "results",
  ".altavoz",
  ".nuxt",
  ".output",
]);

/** Every file of a checkout, relative to `root`, without what is installed or generated. Needs no dependency. */
export const listFiles = (root) => walk(root, "").sort();

function walk(root, folder) {
  const found = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (entry.isDirectory() && !SKIPPED.has(entry.name)) found.push(...walk(root, path));
    else if (entry.isFile()) found.push(path);
  }
  return found;
}

export const isSource = (file) => /\.(ts|tsx|mts|mjs|js|cjs|vue)$/.test(file) && !file.endsWith(".d.ts");
export const isTest = (file) => /\.test\.(ts|mjs)$/.test(file);
/** What only tests use. */
export const isFixture = (file) => /\.fixture\.(ts|mjs)$/.test(file);
export const isContract = (file) => file.endsWith(".contract.ts");

export const isProof = (file) => isTest(file) || isContract(file) || isFixture(file);

/** What runs at a customer's: the sources of published packages. */
export const isProduct = (file) => /^packages\/[^/]+\/src\//.test(file) && file.endsWith(".ts") && !isProof(file);
