import { existsSync } from "node:fs";
import { run } from "./command.mjs";

const PATH = "/usr/bin/chromium";
const COMMANDS = [
  ["apt-get", ["update", "-q"]],
  ["apt-get", ["install", "-y", "-q", "--no-install-recommends", "chromium"]],
];

/** The browser that the page's tests drive. */
export async function ensureChromium() {
  if (existsSync(PATH)) return;
  const byHand = COMMANDS.map(([program, args]) => `${program} ${args.join(" ")}`).join(" && ");
  if (process.getuid?.() !== 0) throw new Error(`The browser tests need ${PATH}. As root: ${byHand}`);
  console.log("Installing Chromium for the browser tests …");
  for (const [program, args] of COMMANDS) {
    const { code, output } = await run(program, args, { env: { DEBIAN_FRONTEND: "noninteractive" } });
    if (code !== 0) throw new Error(`\`${program} ${args.join(" ")}\` failed:\n${output}`);
  }
}
