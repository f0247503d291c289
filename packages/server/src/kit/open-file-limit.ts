import { readFileSync } from "node:fs";

/** How many files and sockets this process may have open, or `undefined` where the system does not tell. */
export function openFileLimit(): number | undefined {
  try {
    const row = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"));
    return row ? Number(row[1]) : undefined;
  } catch {
    return undefined;
  }
}
