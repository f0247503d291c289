/** `npm start [-- --port N]`: the hub with development defaults, its live page, and a publisher that feeds it. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { writeDevConfig, writePrivately } from "./dev-config.mjs";
import { BUN, giveUp, ROOT, run } from "./setup/command.mjs";
import { findFreePort } from "./setup/free-port.mjs";
import { ensureInstalled } from "./setup/install.mjs";
import { ensurePortal, portalAssets, portalFolder } from "./setup/portal.mjs";

const MAIN = "packages/server/src/main.ts";
const READY_MS = 20_000;
const STOP_MS = 15_000;

const { values } = parseArgs({ options: { port: { type: "string", default: "8000" } } });
const wanted = Number(values.port);
if (!(wanted >= 1 && wanted <= 65_535)) giveUp(new Error("--port takes a number from 1 to 65535"));

await ensureInstalled().catch(giveUp);
await ensurePortal().catch(giveUp);
const port = await findFreePort(wanted).catch(giveUp);
if (port !== wanted) console.log(`Port ${wanted} is taken; using ${port}.`);
const { file, secrets } = writeDevConfig(ROOT, { port, assetsFolder: portalAssets });
const url = `http://localhost:${port}`;

const hub = start([MAIN, "serve", "--config", file]);
const children = [hub];
let stopping = false;
let stoppingSince = 0;
process.on("exit", killAll);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop(signal));

hub.ended.then((how) => {
  if (!stopping) console.error(`\nThe hub has ended by itself (${how}): see its last lines above. Again: npm start`);
  finish(stopping ? 0 : 1);
});

await waitUntilHealthy();
startPublisher();
console.log(`
  Altavoz is live:  ${url}

  Publish something; every open page shows it at once:

  curl ${url}/api/publish -H 'X-API-Key: ${secrets.demoApi}' \\
    -d '{"channel":"tenant:demo:notifications","data":{"text":"Hello"}}'

  Connect with your own code; this token makes it the user "developer" of the tenant demo for a week:

  ${await makeToken()}

  Stop: Ctrl+C
`);

/** In a process group of its own: a Ctrl+C reaches only this script, which then stops the parts in order. */
function start(args, env = {}) {
  const child = spawn(BUN, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ["ignore", "inherit", "inherit"],
    detached: true,
  });
  const ended = new Promise((resolve) => {
    child.on("error", ({ message }) => resolve(message));
    child.on("exit", (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
  });
  return { child, ended };
}

async function waitUntilHealthy() {
  const deadline = Date.now() + READY_MS;
  let answer;
  while (Date.now() < deadline) {
    answer = await fetch(`http://127.0.0.1:${port}/health`).then(({ ok, status }) => (ok ? "" : status), String);
    if (answer === "") return;
    await delay(100);
  }
  console.error(`\nGET ${url}/health did not succeed within ${READY_MS / 1000} s; its last answer: ${answer}`);
  finish(1);
}

async function makeToken() {
  const { output } = await run(BUN, [MAIN, "gentoken", "-q", "-c", file, "--tenant", "demo", "--user", "developer"]);
  const token = output.trim();
  // Commands read it from there.
  writePrivately(join(ROOT, ".altavoz", "token"), token);
  return token;
}

function startPublisher() {
  const program = join(portalFolder, "publisher/host-metrics.ts");
  if (!existsSync(program) || stopping) return;
  const publisher = start([program], {
    HUB_URL: `http://127.0.0.1:${port}`,
    HUB_API_KEY: secrets.demoApi,
  });
  children.push(publisher);
  publisher.ended.then((how) => {
    if (!stopping) console.error(`The publisher of measurements has ended (${how}); the hub goes on without it.`);
  });
}

/** npm and the terminal may both pass on the same Ctrl+C, so only a later one means: at once. */
function stop(signal) {
  if (stopping) {
    if (Date.now() - stoppingSince > 1000) finish(1);
    return;
  }
  stopping = true;
  stoppingSince = Date.now();
  console.log(`\n${signal}: stopping; once more to stop at once.`);
  for (const { child } of children) child.kill("SIGTERM");
  setTimeout(() => finish(1), STOP_MS).unref();
}

function finish(code) {
  stopping = true;
  process.exit(code);
}

function killAll() {
  for (const { child } of children) if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
}
