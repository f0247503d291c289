import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { mapAtMost, NODE, ROOT, run, seconds } from "./command.mjs";
import { newest } from "./portal.mjs";

/** Each level imports from those before it. */
const LEVELS = [["events"], ["backend", "client"], ["vue", "react"], ["nuxt"]];

/** The packages for applications, in the order in which they can be built. */
export const PACKAGES = LEVELS.flat();

/** Builds all of them anew, as `npm pack` ships them. */
export async function buildPackages(report = () => {}) {
  for (const level of LEVELS) await mapAtMost(2, level, (name) => build(name, report));
}

/**
 * Builds those whose `dist` is missing or older than their sources, for what runs them as their consumers do. It only
 * translates: types are the business of `npm run check`.
 */
export async function ensurePackages(wanted) {
  for (const level of LEVELS) {
    const stale = level.filter((name) => wanted.includes(name) && !isFresh(name));
    await mapAtMost(2, stale, (name) => build(name, print, "--noCheck"));
  }
}

const distOf = (name) => join(ROOT, "packages", name, "dist");
const print = (product, ms) => console.log(`${product}  (${seconds(ms)})`);

function isFresh(name) {
  const built = join(distOf(name), "index.js");
  const sources = ["src", "package.json", "tsconfig.build.json"].map((path) => join(ROOT, "packages", name, path));
  return existsSync(built) && Math.max(...sources.map(newest)) <= newest(distOf(name));
}

/** Beside the old build, which stays whole for whoever reads it, and in its place at once. */
async function build(name, report, ...flags) {
  const project = join(ROOT, "packages", name, "tsconfig.build.json");
  const next = join(ROOT, "node_modules/.cache/altavoz", `${name}-${process.pid}`);
  const tsc = [join(ROOT, "node_modules/.bin/tsc"), "-p", project, "--outDir", next, ...flags];
  const { code, output, ms } = await run(NODE, tsc);
  if (code !== 0) {
    rmSync(next, { recursive: true, force: true });
    throw new Error(`@altavoz/${name} does not build:\n${output}`);
  }
  rmSync(distOf(name), { recursive: true, force: true });
  renameSync(next, distOf(name));
  report(`packages/${name}/dist`, ms);
}
