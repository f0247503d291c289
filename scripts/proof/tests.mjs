import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BUN, mapAtMost, NODE, ROOT, run, seconds } from "../setup/command.mjs";
import { readJunit } from "./junit.mjs";
import { mayShareMachine, runtimeOf } from "./test-files.mjs";

const FILE_LIMIT_MS = 300_000;
const TEST_LIMIT_MS = 120_000;
/** Packages of this repository see each other's sources, not what was built last. */
const SOURCES = "--conditions=@altavoz/source";
/** Node's test runner would take a run inside of another one for a part of it. */
const ENVIRONMENT = { NODE_ENV: "test", NODE_TEST_CONTEXT: undefined };

/**
 * Runs every test file in a process of its own, so that a crash has a name and no file depends on another.
 *
 * @param {string[]} files relative to `root`
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runTests(files, { root = ROOT, fileLimitMs = FILE_LIMIT_MS, print = console.log } = {}) {
  const started = performance.now();
  const reports = mkdtempSync(join(tmpdir(), "altavoz-tests-"));
  const runOne = async (file) => {
    const report = join(reports, `${files.indexOf(file)}.xml`);
    const result = await runFile(file, { root, report, fileLimitMs });
    print(
      `${result.problem ? "FAILED" : "ok    "}  ${file}  ${result.passed}/${result.total}  (${seconds(result.ms)})`,
    );
    return result;
  };
  try {
    const results = [
      ...(await mapAtMost(2, files.filter(mayShareMachine), runOne)),
      ...(await mapAtMost(
        1,
        files.filter((file) => !mayShareMachine(file)),
        runOne,
      )),
    ];
    for (const { file, problem, output } of results) {
      if (problem) print(`\n── ${file}: ${problem} ──\n${output.trimEnd()}`);
    }
    const sum = (key) => results.reduce((total, result) => total + result[key], 0);
    if (sum("skipped") > 0) print(`\n${sum("skipped")} skipped`);
    print(`\n${files.length} test files in ${seconds(performance.now() - started)}`);
    return { passed: sum("passed"), failed: sum("failed") };
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }
}

async function runFile(file, { root, report, fileLimitMs }) {
  const [program, args] = commandFor(file, report);
  const ended = await run(program, args, { cwd: root, timeoutMs: fileLimitMs, env: ENVIRONMENT });
  const cases = existsSync(report) ? readJunit(readFileSync(report, "utf8"), file) : [];
  const count = (outcome) => cases.filter((each) => each.outcome === outcome).length;
  const counts = { total: cases.length, passed: count("passed"), failed: count("failed"), skipped: count("skipped") };
  const problem = ended.timedOut ? `did not end within ${seconds(fileLimitMs)}` : problemOf(ended.code, counts);
  // A file that ends badly has failed at least once, whatever its report says.
  const failed = problem ? Math.max(1, counts.failed) : 0;
  return { file, problem, output: ended.output, ms: ended.ms, ...counts, failed };
}

function commandFor(file, report) {
  if (runtimeOf(file) === "bun") {
    const reporting = ["--reporter=junit", `--reporter-outfile=${report}`];
    return [BUN, ["test", SOURCES, `./${file}`, `--timeout=${TEST_LIMIT_MS}`, ...reporting]];
  }
  const reporters = ["spec", "stdout", "junit", report];
  const flags = reporters.map((value, index) => `--test-reporter${index % 2 ? "-destination" : ""}=${value}`);
  return [NODE, [SOURCES, "--test", `--test-timeout=${TEST_LIMIT_MS}`, ...flags, `./${file}`]];
}

function problemOf(code, { total, failed, skipped }) {
  if (failed > 0) return `${failed} of ${total} failed`;
  if (code !== 0) return `ended with exit code ${code} outside of any test`;
  return total === skipped ? "holds no test that ran" : undefined;
}
