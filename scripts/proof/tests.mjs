import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BUN, mapAtMost, NODE, ROOT, run, seconds } from "../setup/command.mjs";
import { readJunit } from "./junit.mjs";
import { mayShareMachine, runtimeOf } from "./test-files.mjs";

const FILE_LIMIT_MS = 300_000;
const TEST_LIMIT_MS = 120_000;

/**
 * Runs every test file in a process of its own, so that a crash has a name and no file depends on another.
 *
 * @param {string[]} files relative to `root`
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runTests(files, root = ROOT) {
  const started = performance.now();
  const reports = mkdtempSync(join(tmpdir(), "altavoz-tests-"));
  try {
    const runOne = (file) => runFile(file, { root, report: join(reports, `${files.indexOf(file)}.xml`) });
    const results = [
      ...(await mapAtMost(2, files.filter(mayShareMachine), runOne)),
      ...(await mapAtMost(
        1,
        files.filter((file) => !mayShareMachine(file)),
        runOne,
      )),
    ];
    printFailures(results.filter(({ problem }) => problem));
    const count = (key) => results.reduce((sum, result) => sum + result[key], 0);
    if (count("skipped") > 0) console.log(`\n${count("skipped")} skipped`);
    console.log(`\n${files.length} test files in ${seconds(performance.now() - started)}`);
    return { passed: count("passed"), failed: count("failed") };
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }
}

async function runFile(file, { root, report }) {
  const [program, args] = commandFor(file, report);
  const result = await run(program, args, { cwd: root, timeoutMs: FILE_LIMIT_MS, env: { NODE_ENV: "test" } });
  const cases = existsSync(report) ? readJunit(readFileSync(report, "utf8"), file) : [];
  const count = (outcome) => cases.filter((each) => each.outcome === outcome).length;
  const problem = problemOf(result, { failed: count("failed"), total: cases.length });
  // A file that ends badly has failed at least once, whatever its report says.
  const failed = problem ? Math.max(1, count("failed")) : 0;
  console.log(`${problem ? "FAILED" : "ok    "}  ${file}  ${count("passed")}/${cases.length}  (${seconds(result.ms)})`);
  return { file, problem, output: result.output, passed: count("passed"), failed, skipped: count("skipped") };
}

function commandFor(file, report) {
  if (runtimeOf(file) === "bun") {
    const reporting = ["--reporter=junit", `--reporter-outfile=${report}`];
    return [BUN, ["test", `./${file}`, `--timeout=${TEST_LIMIT_MS}`, ...reporting]];
  }
  const reporters = ["spec", "stdout", "junit", report];
  const flags = reporters.map((value, index) => `--test-reporter${index % 2 ? "-destination" : ""}=${value}`);
  return [NODE, ["--test", `--test-timeout=${TEST_LIMIT_MS}`, ...flags, `./${file}`]];
}

function problemOf({ code, timedOut }, { failed, total }) {
  if (timedOut) return `did not end within ${seconds(FILE_LIMIT_MS)}`;
  if (failed > 0) return `${failed} of ${total} failed`;
  if (code !== 0) return `ended with exit code ${code} outside of any test`;
  return total === 0 ? "holds no test that ran" : undefined;
}

function printFailures(failures) {
  for (const { file, problem, output } of failures) {
    console.log(`\n── ${file}: ${problem} ──\n${output.trimEnd()}`);
  }
}
