import { openSync, writeSync } from "node:fs";
import type { Config } from "../config/schema.ts";
import { systemClock } from "../kit/clock.ts";
import { createJsonLog, createPrettyLog } from "../kit/console-log.ts";
import type { Log } from "../kit/log.ts";
import type { Terminal } from "./command.ts";

/** For people on a terminal; JSON lines in a file or for a collector. */
export function openLog({ log: { level, file } }: Config, terminal: Terminal): Log {
  const clock = systemClock;
  if (file) {
    // Written at once: the last lines before a crash are the ones that matter.
    const descriptor = openSync(file, "a", 0o640);
    return createJsonLog({ level, clock, write: (line) => void writeSync(descriptor, line) });
  }
  if (!process.stderr.isTTY) return createJsonLog({ level, clock, write: terminal.err });
  return createPrettyLog({ level, clock, write: terminal.err, color: process.stderr.hasColors() });
}
