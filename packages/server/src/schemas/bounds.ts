import { createLinearRegex, RegexError } from "../kit/linear-regex.ts";
import { definitionKeywords, isSchema, type Schema, subschemas } from "./keywords.ts";

/** What is wrong with a schema, and where. */
export interface SchemaProblem {
  readonly path: string;
  readonly message: string;
}

/** Parts of a schema when every reference is written out; each may be looked at once per value of a publication. */
const MAX_PARTS = 1000;
/** Objects and lists inside of each other. */
const MAX_DEPTH = 64;
/** Items that may be compared each with each other. */
const MAX_UNIQUE_ITEMS = 128;

const foreign = ["$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveAnchor", "$recursiveRef"];

/** Whether a value is nested deeper than a schema may be; looks no further than that. */
export function isTooDeep(value: unknown, left: number = MAX_DEPTH): boolean {
  if (typeof value !== "object" || value === null) return false;
  return left === 0 || Object.values(value).some((each) => isTooDeep(each, left - 1));
}

/**
 * Why a schema of somebody who is not the operator could hold up the node: it is recursive, huge when written out, or an
 * expression takes more than one look at a text. `undefined` for one that cannot.
 */
export function findExpensive(root: Schema): SchemaProblem | undefined {
  const sizes = new Map<Schema, number>();
  const open = new Set<Schema>();
  let problem: SchemaProblem | undefined;

  const sizeOf = (schema: unknown, path: string): number => {
    if (problem || !isSchema(schema)) return 1;
    const known = sizes.get(schema);
    if (known !== undefined) return known;
    if (open.has(schema)) {
      problem = { path, message: "is part of itself; write it out as deep as it has to go" };
      return 1;
    }
    open.add(schema);
    problem ??= findIn(schema, path, schema === root);
    let size = 1;
    if (schema.$ref !== undefined) size += sizeOf(resolve(root, schema.$ref), `${path}.$ref`);
    for (const part of subschemas(schema)) {
      const inner = sizeOf(part.schema, path === "" ? part.path : `${path}.${part.path}`);
      if (!definitionKeywords.has(part.keyword)) size += inner;
    }
    open.delete(schema);
    sizes.set(schema, size);
    if (size > MAX_PARTS) problem ??= { path, message: `has more than ${MAX_PARTS} parts when it is written out` };
    return size;
  };

  sizeOf(root, "");
  return problem;
}

function findIn(schema: Schema, path: string, isRoot: boolean): SchemaProblem | undefined {
  for (const keyword of isRoot ? foreign : [...foreign, "$id"]) {
    if (Object.hasOwn(schema, keyword)) return { path, message: `${keyword} is not taken here` };
  }
  const { $ref, pattern, patternProperties, uniqueItems, maxItems } = schema;
  if ($ref !== undefined && !(typeof $ref === "string" && $ref.startsWith("#/"))) {
    return { path, message: "refers to something outside of itself; expected #/$defs/NAME" };
  }
  const expressions = isSchema(patternProperties) ? Object.keys(patternProperties) : [];
  if (typeof pattern === "string") expressions.push(pattern);
  for (const expression of expressions) {
    const reason = whyNotLinear(expression);
    if (reason !== undefined)
      return { path, message: `the expression ${expression.slice(0, 40)} is not taken: ${reason}` };
  }
  if (uniqueItems === true && !(typeof maxItems === "number" && maxItems <= MAX_UNIQUE_ITEMS)) {
    return { path, message: `uniqueItems needs maxItems of at most ${MAX_UNIQUE_ITEMS}` };
  }
  return undefined;
}

function resolve(root: Schema, reference: unknown): unknown {
  let found: unknown = root;
  for (const part of String(reference).slice(2).split("/")) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    found = isSchema(found) || Array.isArray(found) ? (found as Record<string, unknown>)[name] : undefined;
  }
  return found;
}

/** A pattern looks for a place in the text; the linear expressions are about the whole of it. */
export const anywhere = (pattern: string): string => `[\\s\\S]*(?:${pattern})[\\s\\S]*`;

/** Why an expression could take more than one look at a text; `undefined` when it cannot. */
export function whyNotLinear(pattern: string): string | undefined {
  try {
    createLinearRegex(anywhere(pattern));
    return undefined;
  } catch (error) {
    if (error instanceof RegexError) return error.message;
    throw error;
  }
}
