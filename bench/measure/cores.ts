import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

/** The server has one core, the generator another, so that neither pays for the other. */
export const serverCore = 0;
const generatorCore = 1;

export function hasTaskset(): boolean {
  return availableParallelism() > 1 && Bun.which("taskset") !== null;
}

/** Moves this process with all its threads to the generator's core. */
export function pinGenerator(): boolean {
  if (!hasTaskset()) return false;
  return spawnSync("taskset", ["-a", "-p", "-c", String(generatorCore), String(process.pid)]).status === 0;
}
