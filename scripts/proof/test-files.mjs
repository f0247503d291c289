import { isTest, listFiles } from "../house/files.mjs";

const FOLDERS = /^(packages|portals|conformance|bench|examples|scripts)\//;

/** The runtime that a test file asks for by its suffix: Bun, unless it says Node or is plain JavaScript. */
export const runtimeOf = (file) => (/\.node\.test\.ts$|\.test\.mjs$/.test(file) ? "node" : "bun");

/** Tests of the hub's own parts share two cores in peace; those that drive a browser or measure want the machine. */
export const mayShareMachine = (file) => /^(packages|scripts)\//.test(file);

/** The test files whose path contains one of `filters`, or all. */
export function findTestFiles(root, filters) {
  const wanted = filters.map((filter) => filter.replace(/^\.\//, ""));
  return listFiles(root)
    .filter((file) => FOLDERS.test(file) && isTest(file))
    .filter((file) => wanted.length === 0 || wanted.some((filter) => file.includes(filter)));
}
