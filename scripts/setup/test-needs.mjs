import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./command.mjs";
import { CHROMIUM, ensurePrograms, REDIS, REDIS_SENTINEL } from "./debian.mjs";
import { ensurePortal } from "./portal.mjs";

/** A test that needs a program names it, or a fixture that is called after it. */
const NEEDS = [
  { named: /chromium/i, programs: [CHROMIUM], built: [ensurePortal] },
  { named: /redis/i, programs: [REDIS, REDIS_SENTINEL], built: [] },
];

/**
 * Provides what the chosen test files need beside the dependencies.
 *
 * @returns {Promise<string[]>} What could not be provided, and why.
 */
export async function ensureTestNeeds(files) {
  const texts = files.filter((file) => file.endsWith(".ts")).map((file) => readFileSync(join(ROOT, file), "utf8"));
  const needs = NEEDS.filter(({ named }) => texts.some((text) => named.test(text)));
  const tasks = [
    () => ensurePrograms(needs.flatMap(({ programs }) => programs)),
    ...needs.flatMap(({ built }) => built),
  ];
  const results = await Promise.allSettled(tasks.map((task) => task()));
  return results.filter(({ status }) => status === "rejected").map(({ reason }) => reason.message);
}
