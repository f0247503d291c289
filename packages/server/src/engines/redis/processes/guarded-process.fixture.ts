import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";

export interface GuardedProcess {
  readonly pid: number;
  /** What `find` finds in the lines written so far, as soon as it finds something; rejects when the process ends before. */
  found<T>(find: (lines: readonly string[]) => T | undefined): Promise<T>;
  /** The last lines that it wrote. */
  output(): string;
  signal(signal: NodeJS.Signals): void;
  /** Sends the signal and resolves when the process is gone. */
  end(signal: NodeJS.Signals): Promise<void>;
}

const KEPT_LINES = 1_000;
/** Waits until this process is gone, however it ended, and takes the other with it, and its folder. */
const GUARD = 'read -r _; kill -9 "$0"; rm -rf "$1"';

/**
 * A program that does not outlive the process that started it, not even when that one is killed. It does not keep a
 * test process from ending either.
 */
export async function startGuardedProcess(
  program: string,
  args: readonly string[],
  folder: string,
): Promise<GuardedProcess> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], cwd: folder });
  await once(child, "spawn");
  const { pid, stdout, stderr } = child;
  if (pid === undefined || !stdout || !stderr) throw new Error(`${program} did not start`);
  const gone = once(child, "exit");
  const guard = spawn("/bin/sh", ["-c", GUARD, String(pid), folder], { stdio: ["pipe", "ignore", "ignore"] });
  void gone.then(() => guard.kill("SIGKILL"));
  hold(child, false);
  hold(guard, false);
  const { found, output } = collectLines(child);
  return {
    pid,
    found,
    output,
    signal: (signal) => void child.kill(signal),
    async end(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      hold(child, true);
      child.kill(signal);
      await gone;
    },
  };
}

function collectLines(child: ChildProcess): Pick<GuardedProcess, "found" | "output"> {
  const lines: string[] = [];
  const output = (): string => lines.join("\n");
  const waiting = new Set<() => void>();
  let closed = false;
  const lookAgain = (): void => {
    for (const look of waiting) look();
  };
  const note = (line: string): void => {
    lines.push(line);
    if (lines.length > KEPT_LINES) lines.shift();
    lookAgain();
  };
  for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream }).on("line", note);
  child.once("close", () => {
    closed = true;
    lookAgain();
  });
  const found = <T>(find: (lines: readonly string[]) => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const result = find(lines);
        if (result === undefined && !closed) return;
        waiting.delete(look);
        if (waiting.size === 0) hold(child, false);
        if (result === undefined) reject(new Error(`ended before it wrote what was awaited:\n${output()}`));
        else resolve(result);
      };
      hold(child, true);
      waiting.add(look);
      look();
    });
  return { found, output };
}

/** Whether this process waits for the other before it ends. */
function hold(child: ChildProcess, held: boolean): void {
  const change = held ? "ref" : "unref";
  child[change]();
  for (const stream of [child.stdin, child.stdout, child.stderr]) {
    if (stream && change in stream) (stream as Socket)[change]();
  }
}
