#!/usr/bin/env node
import type { ParentLink } from "./cli/command.ts";
import { runCommandLine } from "./cli/index.ts";

const parent: ParentLink = {
  // A parent that is gone hears nothing more.
  send: (message, sent = () => {}) => (process.connected ? process.send?.(message, sent) : sent()),
  onMessage: (listener) => void process.on("message", listener),
  onGone: (listener) => void process.on("disconnect", listener),
};

process.exitCode = await runCommandLine(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  signals: process,
  exit: (code) => process.exit(code),
  ...(process.send ? { parent } : {}),
});
