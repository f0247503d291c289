/** `.ci/run`: `npm run check`, then `npm test`; the check counts as one test more. */
import { spawn } from "node:child_process";
import { ROOT } from "./setup/command.mjs";

const check = await show("npm", ["run", "--silent", "check"]);
const test = await show("npm", ["test", "--silent"]);
const [, passed, failed] = /(\d+) passed, (\d+) failed\s*$/.exec(test.tail) ?? ["", 0, 1];
const total = { passed: Number(passed) + (check.ok ? 1 : 0), failed: Number(failed) + (check.ok ? 0 : 1) };
if (!check.ok) console.log("\n`npm run check` failed: see the top.");
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = check.ok && test.ok && total.failed === 0 ? 0 : 1;

/** Runs a program in the open and keeps the end of what it printed. */
function show(program, args) {
  console.log(`$ ${program} ${args.join(" ")}`);
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
    let tail = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      process.stdout.write(text);
      tail = (tail + text).slice(-1000);
    });
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => child.kill(signal));
    child.on("error", (error) => resolve({ ok: false, tail: String(error) }));
    child.on("close", (code) => resolve({ ok: code === 0, tail }));
  });
}
