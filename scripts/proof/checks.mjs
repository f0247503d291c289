import { existsSync } from "node:fs";
import { join } from "node:path";
import { mapAtMost, NODE, ROOT, run, seconds } from "../setup/command.mjs";

const bin = (name) => join(ROOT, "node_modules/.bin", name);
const limitMs = 120_000;

/** Each with what to do when it fails. The slow ones first, so that two cores end together. */
const checks = [
  {
    name: "types of the page",
    needs: "portals/live/tsconfig.json",
    command: [NODE, bin("vue-tsc"), "--noEmit", "-p", "portals/live"],
    next: "mend the types; run it alone with: node_modules/.bin/vue-tsc --noEmit -p portals/live",
  },
  {
    name: "types",
    command: [NODE, bin("tsc"), "-p", "."],
    next: "mend the types; run it alone with: node_modules/.bin/tsc -p .",
  },
  {
    name: "types of the client packages",
    command: [NODE, bin("tsc"), "-p", "tsconfig.sdk.json"],
    next: "mend the types; run it alone with: node_modules/.bin/tsc -p tsconfig.sdk.json",
  },
  {
    name: "house",
    command: [process.execPath, "scripts/check-house.mjs"],
    next: "CONTRIBUTING.md says why each rule is there; run it alone with: node scripts/check-house.mjs",
  },
  {
    name: "imports",
    command: [
      NODE,
      bin("depcruise"),
      "--config",
      ".dependency-cruiser.cjs",
      "packages",
      "conformance",
      "bench",
      "examples",
    ],
    next: "the table of who may import whom is in packages/server/src/README.md",
  },
  {
    name: "dead code",
    command: [NODE, bin("knip"), "--no-progress", "--no-config-hints"],
    next: "delete what nobody uses",
  },
  {
    name: "documentation",
    command: [NODE, "scripts/docs.mjs", "--check"],
    next: "write its tables anew with: node_modules/.bin/node scripts/docs.mjs",
  },
  {
    name: "format and lint",
    command: [bin("biome"), "check", ".", "--max-diagnostics=50"],
    next: "most of it mends itself with: node_modules/.bin/biome check --write .",
  },
];

/** Runs all checks two at a time and prints what failed, in full, with what to do next. */
export async function runChecks() {
  const started = performance.now();
  const applicable = checks.filter(({ needs }) => !needs || existsSync(join(ROOT, needs)));
  const results = await mapAtMost(2, applicable, async (check) => {
    const [program, ...args] = check.command;
    const result = await run(program, args, { timeoutMs: limitMs });
    console.log(`${result.code === 0 ? "ok    " : "FAILED"}  ${check.name}  (${seconds(result.ms)})`);
    return { ...check, ...result };
  });
  const failures = results.filter(({ code }) => code !== 0);
  for (const { name, output, timedOut, next } of failures) {
    console.log(`\n── ${name} ──\n${output.trim()}${timedOut ? `\nstopped after ${seconds(limitMs)}` : ""}\n→ ${next}`);
  }
  console.log(`\nChecked in ${seconds(performance.now() - started)}.`);
  return { passed: results.length - failures.length, failed: failures.length };
}
