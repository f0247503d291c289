// Runs the bench on the Bun of this repository, and `chaos` and `kpi`, whose clients are the official ones, on its Node.
// Plain JavaScript: it has to start on whatever Node there is.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bun = `${root}node_modules/.bin/bun`;
const node = `${root}node_modules/.bin/node`;
const needed = [bun, node, `${root}node_modules/ws`, `${root}node_modules/socket.io`];

if (!needed.every((path) => existsSync(path))) {
  console.log("Installing dependencies first …");
  const installed = spawnSync("npm", ["ci"], { cwd: root, stdio: "inherit" });
  if (installed.status !== 0) process.exit(installed.status ?? 1);
}

const [first, ...rest] = process.argv.slice(2);
const [program, args] =
  first === "chaos" || first === "kpi"
    ? [node, [`bench/${first}/run.ts`, ...rest]]
    : [bun, ["bench/run.ts", ...process.argv.slice(2)]];
const { status } = spawnSync(program, args, { cwd: root, stdio: "inherit" });
process.exit(status ?? 1);
