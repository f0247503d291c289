/** The rules of the house that no general tool knows. `node scripts/check-house.mjs [root]` */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { checkAmbient } from "./house/ambient.mjs";
import { checkBudgets } from "./house/budgets.mjs";
import { applyExceptions } from "./house/exceptions.mjs";
import { checkFamilies } from "./house/families.mjs";
import { checkLock } from "./house/lock.mjs";
import { checkNumbers } from "./house/numbers.mjs";
import { checkPorts } from "./house/ports.mjs";
import { createSourceTree } from "./house/source-tree.mjs";
import { checkTraces } from "./house/traces.mjs";

const CHECKS = [checkFamilies, checkPorts, checkBudgets, checkAmbient, checkNumbers, checkTraces, checkLock];
const EXCEPTIONS = "scripts/check-exceptions.json";

const root = resolve(process.argv[2] ?? join(import.meta.dirname, ".."));
const tree = createSourceTree(root);
const path = join(root, EXCEPTIONS);
const exceptions = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : [];
const findings = applyExceptions(
  CHECKS.flatMap((check) => check(tree)),
  exceptions,
  EXCEPTIONS,
);

for (const { rule, file, line, message } of findings) {
  console.log(`${file}${line ? `:${line}` : ""}  ${rule}  ${message}`);
}
if (findings.length > 0) {
  console.log(`\n${findings.length} findings. Mend them; a rare exception goes to ${EXCEPTIONS} with its reason.`);
  process.exitCode = 1;
}
