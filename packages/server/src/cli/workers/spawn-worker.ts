import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { Log } from "../../kit/log.ts";
import type { Message } from "./exchange.ts";
import type { WorkerEvents, WorkerProcess } from "./supervisor.ts";

export interface SpawnOptions {
  /** After the name of the program. */
  readonly words: readonly string[];
  readonly worker: number;
  readonly events: WorkerEvents;
  /** What the worker logs is logged here, with its number. */
  readonly log: Log;
}

/** Starts this program once more, with a channel to it. */
export function spawnWorker({ words, worker, events, log }: SpawnOptions): WorkerProcess {
  const child = spawn(process.execPath, [...process.execArgv, ...ownScript(), ...words], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  if (child.stderr) follow(child.stderr, worker, log);
  child.on("message", (message) => events.message(message as Message));
  let ended = false;
  const end = (code: number | null, signal: string | null): void => {
    if (ended) return;
    ended = true;
    events.ended({ code, signal });
  };
  child.once("error", (error) => {
    log.error("a worker could not be started", { worker, error });
    end(1, null);
  });
  child.once("close", end);
  return {
    pid: child.pid,
    send(message) {
      // A worker that has just ended hears nothing more.
      if (child.connected) child.send(message, () => {});
    },
    kill: () => void child.kill("SIGKILL"),
  };
}

/** A single executable carries its program in itself; otherwise the runtime has to be told. */
function ownScript(): readonly string[] {
  const [, script = ""] = process.argv;
  return script === "" || script.startsWith("/$bunfs/") ? [] : [script];
}

const LEVELS = ["debug", "info", "warn", "error"] as const;

/** Lines of a worker as lines of one log. */
function follow(stderr: Readable, worker: number, log: Log): void {
  createInterface({ input: stderr }).on("line", (line) => {
    const { level, message, fields } = readLine(line);
    log[level](message, { worker, ...fields });
  });
}

interface LogLine {
  readonly level: (typeof LEVELS)[number];
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What is no line of our log is the last word of a runtime. */
export function readLine(line: string): LogLine {
  try {
    const { time: _time, level: named, message, ...fields } = JSON.parse(line) as Record<string, unknown>;
    const level = LEVELS.find((each) => each === named);
    if (level && typeof message === "string") return { level, message, fields };
  } catch {
    // Not JSON.
  }
  return { level: "error", message: line, fields: {} };
}
