/** `npm run check`: everything that can be said about the code without running it. */
import { runChecks } from "./proof/checks.mjs";
import { giveUp } from "./setup/command.mjs";
import { ensureInstalled } from "./setup/install.mjs";

await ensureInstalled().catch(giveUp);
const { failed } = await runChecks();
if (failed > 0) process.exitCode = 1;
