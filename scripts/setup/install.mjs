import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BUN, NODE, ROOT, run, seconds } from "./command.mjs";

/** Makes node_modules what package-lock.json says. Says what it does; quick when there is nothing to do. */
export async function ensureInstalled() {
  const reason = staleness(ROOT);
  if (reason) {
    console.log(`Installing the dependencies (${reason}); this takes about a minute …`);
    const heartbeat = setInterval(() => console.log("  … still installing"), 15_000);
    const { code, ms } = await run("npm", ["ci", "--loglevel=error"], { echo: true });
    clearInterval(heartbeat);
    if (code !== 0)
      throw new Error("`npm ci` failed; its messages above say why. Nothing else can run before it works.");
    console.log(`Installed in ${seconds(ms)}.`);
  }
  for (const program of [NODE, BUN]) {
    const { code, output } = await run(program, ["--version"]);
    if (code === 0) continue;
    throw new Error(
      `${program} does not run: its install script was not allowed to. Try: npm rebuild node bun\n${output}`,
    );
  }
}

/** Why an installation is needed; `undefined` when what lies in node_modules is what the lock file names. */
export function staleness(root) {
  const installedList = join(root, "node_modules/.package-lock.json");
  if (!existsSync(installedList)) return "none yet";
  const wanted = packagesOf(join(root, "package-lock.json"));
  const installed = packagesOf(installedList);
  for (const [path, { version, optional, link }] of Object.entries(wanted)) {
    if (!path.startsWith("node_modules/") || optional || link) continue;
    if (installed[path]?.version !== version) return `${path.slice("node_modules/".length)} ${version} is missing`;
  }
  return undefined;
}

const packagesOf = (lock) => JSON.parse(readFileSync(lock, "utf8")).packages;
