import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/**
 * Writes `files` (path → text) to a new folder and hands its path to `use`; the folder is gone afterwards.
 *
 * @template T
 * @param {Record<string, string>} files
 * @param {(root: string) => T | Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withFiles(files, use) {
  const root = mkdtempSync(join(tmpdir(), "altavoz-fixture-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return await use(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
