import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

/** The server has one core, the generator another, so that neither pays for the other. */
export const serverCore = 0;
const generatorCore = 1;

const canPin: boolean = availableParallelism() > 1 && spawnSync("taskset", ["--version"]).error === undefined;

export function hasTaskset(): boolean {
  return canPin;
}

/** Moves this process with all its threads to the generator's core; what it starts from then on begins there too. */
export function pinGenerator(): boolean {
  return pin(process.pid, generatorCore);
}

/** Moves a process with all its threads to a core. */
export function pin(pid: number, core: number): boolean {
  if (!hasTaskset()) return false;
  return spawnSync("taskset", ["-a", "-p", "-c", String(core), String(pid)]).status === 0;
}
