import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";

export interface GuardedProcess {
  readonly pid: number;
  /** Resolves with the first line, already written or still to come, that matches; rejects when the process ends before. */
  line(pattern: RegExp): Promise<string>;
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
  const { lines, line } = collectLines(child);
  return {
    pid,
    line,
    output: () => lines.join("\n"),
    signal: (signal) => void child.kill(signal),
    async end(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      hold(child, true);
      child.kill(signal);
      await gone;
    },
  };
}

function collectLines(child: ChildProcess): Pick<GuardedProcess, "line"> & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  const waiting = new Set<(line: string | undefined) => void>();
  const note = (line: string | undefined): void => {
    if (line !== undefined) lines.push(line);
    if (lines.length > KEPT_LINES) lines.shift();
    for (const check of waiting) check(line);
  };
  for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream }).on("line", note);
  let closed = false;
  child.once("close", () => {
    closed = true;
    note(undefined);
  });
  const line = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const found = lines.find((each) => pattern.test(each));
      if (found !== undefined) return resolve(found);
      const ended = (): Error => new Error(`ended before it wrote ${pattern}:\n${lines.slice(-30).join("\n")}`);
      if (closed) return reject(ended());
      hold(child, true);
      const check = (each: string | undefined): void => {
        if (each !== undefined && !pattern.test(each)) return;
        waiting.delete(check);
        hold(child, waiting.size > 0);
        if (each === undefined) reject(ended());
        else resolve(each);
      };
      waiting.add(check);
    });
  return { lines, line };
}

/** Whether this process waits for the other before it ends. */
function hold(child: ChildProcess, held: boolean): void {
  const change = held ? "ref" : "unref";
  child[change]();
  for (const stream of [child.stdin, child.stdout, child.stderr]) {
    if (stream && change in stream) (stream as Socket)[change]();
  }
}
