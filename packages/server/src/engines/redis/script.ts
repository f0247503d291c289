import { createHash } from "node:crypto";

/** A Lua script that Redis runs in one step. */
export interface Script {
  readonly name: string;
  readonly lua: string;
  readonly sha: string;
  /** How many keys it takes; undefined: any number. */
  readonly keys: number | undefined;
}

/**
 * A script from its file. The file's name ends in the number of its keys, or in `n` for any number; its header names them,
 * its arguments and its result.
 */
export function createScript(file: string, lua: string): Script {
  const [, name, count] = /^(.+)-(\d+|n)\.lua$/.exec(file) ?? [];
  if (!name || !count) throw new Error(`${file}: the name of a script ends in the number of its keys`);
  const header = lua.slice(0, lua.search(/^(?!--)/m));
  for (const part of ["ARGV", "Result"]) {
    if (!new RegExp(`^-- ${part}\\b`, "m").test(header))
      throw new Error(`${file}: the header does not tell its ${part}`);
  }
  const listed = /^-- KEYS\s+(.*)$/m.exec(header)?.[1]?.split(/,\s*/) ?? [];
  const keys = count === "n" ? undefined : Number(count);
  if (keys !== undefined && listed.length !== keys) {
    throw new Error(`${file}: the name promises ${keys} keys, the header lists ${listed.length}`);
  }
  const used = [...lua.matchAll(/\bKEYS\[(\d+)\]/g)].map((match) => Number(match[1]));
  if (keys !== undefined && Math.max(0, ...used) !== keys) {
    throw new Error(`${file}: the name promises ${keys} keys, the script uses up to ${Math.max(0, ...used)}`);
  }
  return { name, lua, sha: createHash("sha1").update(lua).digest("hex"), keys };
}
