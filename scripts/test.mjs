/** `npm test [-- path …]`: sets up what is missing, then runs the tests whose path contains one of the arguments. */
import { findTestFiles } from "./proof/test-files.mjs";
import { runTests } from "./proof/tests.mjs";
import { giveUp, ROOT } from "./setup/command.mjs";
import { ensureInstalled } from "./setup/install.mjs";
import { ensureTestNeeds } from "./setup/test-needs.mjs";

await ensureInstalled().catch(giveUp);
const files = findTestFiles(ROOT, process.argv.slice(2));
const missing = await ensureTestNeeds(files);
const { passed, failed } = await runTests(files);
for (const reason of missing) console.log(`\n── set-up ──\n${reason}`);
if (passed + failed === 0) console.log("No test ran.");
console.log(`${passed} passed, ${failed + missing.length} failed`);
process.exitCode = passed > 0 && failed + missing.length === 0 ? 0 : 1;
