#!/usr/bin/env node
import { runCommandLine } from "./cli/index.ts";

process.exitCode = await runCommandLine(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  signals: process,
  exit: (code) => process.exit(code),
});
