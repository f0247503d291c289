import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ensureChromium } from "./chromium.mjs";
import { ROOT } from "./command.mjs";
import { ensurePortal } from "./portal.mjs";

/**
 * Provides what the chosen test files need beside the dependencies: a test that drives a browser names it.
 *
 * @returns {Promise<string[]>} What could not be provided, and why.
 */
export async function ensureTestNeeds(files) {
  const drivesBrowser = files.filter((file) => file.endsWith(".ts")).some(namesBrowser);
  if (!drivesBrowser) return [];
  const results = await Promise.allSettled([ensurePortal(), ensureChromium()]);
  return results.filter(({ status }) => status === "rejected").map(({ reason }) => reason.message);
}

const namesBrowser = (file) => /chromium/i.test(readFileSync(join(ROOT, file), "utf8"));
