import { isDeepStrictEqual } from "node:util";
import { annotations, isSchema } from "./keywords.ts";

/**
 * Where a new schema is not compatible with an old one, and why: publications that were right could be wrong, or
 * subscribers could find less than they were promised. Only what is surely compatible is taken: members that may be
 * absent, further values of an enumeration, further branches, and words for people.
 */
export function findIncompatible(older: unknown, newer: unknown, path = ""): string | undefined {
  if (!isSchema(older) || !isSchema(newer)) {
    return isDeepStrictEqual(older, newer) ? undefined : at(path, "is another one");
  }
  for (const keyword of new Set([...Object.keys(older), ...Object.keys(newer)])) {
    if (annotations.has(keyword)) continue;
    const found = compare(keyword, { before: older[keyword], after: newer[keyword] }, path);
    if (found !== undefined) return found;
  }
  return undefined;
}

const at = (path: string, what: string): string => `${path || "the schema"} ${what}`;
const below = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);

function compare(
  keyword: string,
  { before, after }: { readonly before: unknown; readonly after: unknown },
  path: string,
): string | undefined {
  switch (keyword) {
    case "properties":
    case "$defs":
    case "definitions":
      return compareNamed(before, after, below(path, keyword));
    case "required":
      return compareSets(before, after) ? undefined : at(below(path, keyword), "names other members");
    case "enum":
      return includesAll(after, before) ? undefined : at(below(path, keyword), "lacks a value");
    case "oneOf":
    case "anyOf":
      return compareBranches(before, after, below(path, keyword));
    case "items":
    case "additionalProperties":
      return before === undefined || after === undefined
        ? at(below(path, keyword), "is new or gone")
        : findIncompatible(before, after, below(path, keyword));
    default:
      return isDeepStrictEqual(before, after) ? undefined : at(below(path, keyword), "is another one");
  }
}

/** New members are welcome, gone ones are missed. */
function compareNamed(before: unknown, after: unknown, path: string): string | undefined {
  if (!isSchema(before)) return undefined;
  for (const [name, each] of Object.entries(before)) {
    if (!isSchema(after) || !Object.hasOwn(after, name)) return at(below(path, name), "is gone");
    const found = findIncompatible(each, after[name], below(path, name));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Each branch goes on in one of the new ones, in any order. */
function compareBranches(before: unknown, after: unknown, path: string): string | undefined {
  if (!Array.isArray(before) || !Array.isArray(after)) return at(path, "is new or gone");
  const left: unknown[] = [...after];
  for (const [index, branch] of before.entries()) {
    // The one of the same title is meant, and tells best what is wrong; others are told apart by what they take.
    const named = titleOf(branch) === undefined ? -1 : left.findIndex((each) => titleOf(each) === titleOf(branch));
    const place = named >= 0 ? named : left.findIndex((each) => findIncompatible(branch, each) === undefined);
    if (place < 0) return at(`${path}.${titleOf(branch) ?? index}`, "is gone or no longer compatible");
    const found = findIncompatible(branch, left[place], `${path}.${titleOf(branch) ?? index}`);
    if (found !== undefined) return found;
    left.splice(place, 1);
  }
  return undefined;
}

const titleOf = (schema: unknown): string | undefined =>
  isSchema(schema) && typeof schema.title === "string" ? schema.title : undefined;

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const includesAll = (whole: unknown, part: unknown): boolean =>
  Array.isArray(whole) &&
  Array.isArray(part) &&
  part.every((value) => whole.some((each) => isDeepStrictEqual(each, value)));

const compareSets = (a: unknown, b: unknown): boolean =>
  includesAll(listOf(a), listOf(b)) && includesAll(listOf(b), listOf(a));
