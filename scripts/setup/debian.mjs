import { existsSync } from "node:fs";
import { run } from "./command.mjs";

/** Programs that tests start and npm does not have: `path` is there once the Debian `packages` are installed. */
export const CHROMIUM = { name: "Chromium", path: "/usr/bin/chromium", packages: ["chromium"] };
export const REDIS = { name: "Redis", path: "/usr/bin/redis-server", packages: ["redis-server", "redis-tools"] };
export const REDIS_SENTINEL = {
  name: "Redis Sentinel",
  path: "/usr/bin/redis-sentinel",
  packages: ["redis-sentinel"],
};

/** Installs the missing of `programs` in one go. Throws when that fails, with the commands to run by hand. */
export async function ensurePrograms(programs) {
  const missing = programs.filter(({ path }) => !existsSync(path));
  if (missing.length === 0) return;
  const commands = [
    ["apt-get", ["update", "-q"]],
    ["apt-get", ["install", "-y", "-q", "--no-install-recommends", ...missing.flatMap(({ packages }) => packages)]],
  ];
  const names = missing.map(({ name }) => name).join(", ");
  const byHand = commands.map(([program, args]) => `${program} ${args.join(" ")}`).join(" && ");
  if (process.getuid?.() !== 0) throw new Error(`These tests need ${names}. As root: ${byHand}`);
  console.log(`Installing ${names} for the tests …`);
  for (const [program, args] of commands) {
    const { code, output } = await run(program, args, { env: { DEBIAN_FRONTEND: "noninteractive" } });
    if (code !== 0) throw new Error(`\`${program} ${args.join(" ")}\` failed:\n${output}`);
  }
}
