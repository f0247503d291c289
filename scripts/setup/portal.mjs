import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { NODE, ROOT, run, seconds } from "./command.mjs";

const SOURCES = ["index.html", "package.json", "vite.config.ts", "src", "public", "vite"];

export const portalFolder = join(ROOT, "portals/live");
export const portalAssets = join(portalFolder, "dist");

/** Builds the live page when its build is missing or older than its sources. */
export async function ensurePortal() {
  if (!existsSync(join(portalFolder, "vite.config.ts")) || isFresh(portalFolder)) return;
  console.log("Building the live page …");
  const { code, output, ms } = await run(NODE, [join(ROOT, "node_modules/.bin/vite"), "build"], { cwd: portalFolder });
  if (code !== 0) throw new Error(`The live page does not build:\n${output}`);
  console.log(`Built in ${seconds(ms)}.`);
}

export function isFresh(folder) {
  const built = join(folder, "dist/index.html");
  if (!existsSync(built)) return false;
  const builtAt = statSync(built).mtimeMs;
  return SOURCES.every((name) => newest(join(folder, name)) <= builtAt);
}

/** When a file, or the newest one of a folder, was written; 0 when there is none. */
export function newest(path) {
  if (!existsSync(path)) return 0;
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}
