import type { Known } from "./definition-index.ts";

export type Upcast = { readonly ok: true; readonly data: unknown } | { readonly ok: false; readonly message: string };

/** Makes data of an older version into that of the current one, step by step. */
export function bringUpToDate(known: Known, data: unknown, version: unknown): Upcast {
  const current = known.version ?? 1;
  const given = version ?? current;
  if (typeof given !== "number" || !Number.isInteger(given) || given < 1 || given > current) {
    return { ok: false, message: `expected a version of ${known.type} from 1 to ${current}` };
  }
  let result = data;
  for (let from = given; from < current; from++) {
    const step = known.upcast?.[from];
    if (!step) return { ok: false, message: `nothing makes version ${from} of ${known.type} into version ${from + 1}` };
    result = step(result as never);
  }
  return { ok: true, data: result };
}
