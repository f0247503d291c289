import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { hasTaskset, serverCore } from "./cores.ts";

const microsPerTick: number = 1_000_000 / (Number(spawnSync("getconf", ["CLK_TCK"]).stdout?.toString()) || 100);

/** CPU time of a process with all its threads, in µs (user and system), in steps of one clock tick. */
export function cpuMicros(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  // Field 2 is the program's name in parentheses and may itself hold spaces; what follows it starts with field 3.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * microsPerTick;
}

/** Resident memory of a process, in bytes. */
export function residentBytes(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"));
  return Number(line?.[1]) * 1024;
}

/** How long a process's main thread could have run and waited for a core, in ms; absent where the kernel does not count it. */
export function waitedMs(pid: number): number | undefined {
  try {
    const [, nanoseconds] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "latin1").split(" ");
    return Number(nanoseconds) / 1_000_000;
  } catch {
    return undefined;
  }
}

/** CPU time spent on the server's core by anybody, and stolen from it by other virtual machines, in µs. */
function coreMicros(): number {
  const line = new RegExp(`^cpu${serverCore} (.*)$`, "m").exec(readFileSync("/proc/stat", "latin1"))?.[1] ?? "";
  const [user, nice, system, , , interrupts, softInterrupts, stolen] = line.split(" ").map(Number);
  const ticks = [user, nice, system, interrupts, softInterrupts, stolen];
  return ticks.reduce<number>((sum, value) => sum + (value ?? 0), 0) * microsPerTick;
}

/** What a piece of work cost. */
export interface Usage {
  /** CPU of the server; absent when it is not on this machine. */
  readonly cpuMicros: number | undefined;
  /** The share of a core that the generator used, 0 to 1. */
  readonly generatorLoad: number;
  /** The share of the server's core that went to others; 0 when it is not pinned to one, or elsewhere. */
  readonly foreignLoad: number;
}

export async function measureUsage(pid: number | undefined, work: () => Promise<void>): Promise<Usage> {
  const started = performance.now();
  const own = process.cpuUsage();
  const core = coreMicros();
  const before = pid === undefined ? 0 : cpuMicros(pid);
  await work();
  const used = pid === undefined ? undefined : cpuMicros(pid) - before;
  const foreign = used === undefined || !hasTaskset() ? 0 : Math.max(0, coreMicros() - core - used);
  const { user, system } = process.cpuUsage(own);
  const micros = (performance.now() - started) * 1000;
  return { cpuMicros: used, generatorLoad: (user + system) / micros, foreignLoad: foreign / micros };
}
