import { spawn } from "node:child_process";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "..", "..");
/** Node 24 and Bun of this repository; the scripts themselves run on the system's Node, 20 or later. */
export const NODE = join(ROOT, "node_modules/.bin/node");
export const BUN = join(ROOT, "node_modules/.bin/bun");

/** Process groups that end with this process, however it ends. */
const groups = new Set();

/**
 * Runs a program to its end, without standard input.
 *
 * @returns {Promise<{ code: number, output: string, ms: number, timedOut: boolean }>} Never rejects; a program that
 * cannot start or is killed has a code other than 0.
 */
export function run(program, args, { env, timeoutMs, echo = false, cwd = ROOT } = {}) {
  const started = performance.now();
  const stdio = echo ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"];
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio, detached: true });
    const result = { code: 1, output: "", ms: 0, timedOut: false };
    const timer = timeoutMs && setTimeout(expire, timeoutMs);
    keepGroup(child.pid);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text) => {
        result.output += text;
      });
    }
    child.on("error", (error) => {
      result.output += `${error}\n`;
      finish();
    });
    child.on("exit", (code) => {
      result.code = code ?? 1;
      killGroup(child.pid);
      setTimeout(finish, 2000).unref();
    });
    child.on("close", finish);

    function expire() {
      result.timedOut = true;
      killGroup(child.pid);
    }

    function finish() {
      clearTimeout(timer);
      forgetGroup(child.pid);
      resolve({ ...result, ms: performance.now() - started });
    }
  });
}

function keepGroup(pid) {
  if (!pid) return;
  if (groups.size === 0) watchOwnEnd("on");
  groups.add(pid);
}

function forgetGroup(pid) {
  if (groups.delete(pid) && groups.size === 0) watchOwnEnd("off");
}

/** Only while something runs: at other times a signal is the business of the script. */
function watchOwnEnd(onOrOff) {
  process[onOrOff]("exit", killGroups);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process[onOrOff](signal, exitBySignal);
}

const exitBySignal = () => process.exit(130);
const killGroups = () => groups.forEach(killGroup);

/** A program's children go with it, also the ones that it forgot. */
function killGroup(pid) {
  try {
    if (pid) process.kill(-pid, "SIGKILL");
  } catch {
    // Already gone.
  }
}

/** Runs `task` for every item, `width` at a time, and gives the results in the order of the items. */
export async function mapAtMost(width, items, task) {
  const results = new Array(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await task(items[index]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}

/** For what the person at the keyboard has to mend: its message, and not where in the scripts it was found. */
export function giveUp({ message }) {
  console.error(`\n${message}`);
  process.exit(1);
}

export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
