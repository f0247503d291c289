/** A tree of comparisons on texts by name: tags of a publication, labels of a connection. Plain JSON, ready to travel. */
export type Filter =
  | { readonly op: "and" | "or" | "not"; readonly nodes: readonly Filter[] }
  | { readonly key: string; readonly cmp: Presence }
  | { readonly key: string; readonly cmp: Membership; readonly vals: readonly string[] }
  | { readonly key: string; readonly cmp: Comparison; readonly val: string };

type Presence = "ex" | "nex";
type Membership = "in" | "nin";
type Comparison = "eq" | "neq" | "sw" | "ew" | "ct" | "lt" | "lte" | "gt" | "gte";

/** The message says where in the tree something is wrong, what was found and what was expected. */
export class FilterError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "FilterError";
  }
}

/** What a filter may cost at most, whoever wrote it. */
export const FILTER_LIMITS = { depth: 8, nodes: 64, values: 256, textLength: 8_192 } as const;

const presence: ReadonlySet<string> = new Set<Presence>(["ex", "nex"]);
const membership: ReadonlySet<string> = new Set<Membership>(["in", "nin"]);
const comparisons: ReadonlySet<string> = new Set<Comparison>(["eq", "neq", "sw", "ew", "ct", "lt", "lte", "gt", "gte"]);
/** Servers spelled these out where clients shorten them. */
const longSpellings: ReadonlyMap<string, string> = new Map([
  ["starts", "sw"],
  ["ends", "ew"],
  ["contains", "ct"],
]);

interface Budget {
  nodes: number;
  values: number;
  text: number;
}

interface Node {
  readonly op?: unknown;
  readonly key?: unknown;
  readonly cmp?: unknown;
  readonly val?: unknown;
  readonly vals?: unknown;
  readonly nodes?: unknown;
}

/**
 * Reads a filter from JSON that nobody has checked; in the result only what counts is left. Absent, null and empty
 * members are the same, as in Protocol Buffers. Throws `FilterError`.
 */
export function parseFilter(value: unknown): Filter {
  return readNode(value, "filter", { depth: 1, budget: { nodes: 0, values: 0, text: 0 } });
}

function readNode(value: unknown, path: string, at: { readonly depth: number; readonly budget: Budget }): Filter {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new FilterError(`${path}: expected an object`);
  }
  if (at.depth > FILTER_LIMITS.depth) throw new FilterError(`${path}: deeper than ${FILTER_LIMITS.depth} levels`);
  if (++at.budget.nodes > FILTER_LIMITS.nodes) {
    throw new FilterError(`${path}: the filter has more than ${FILTER_LIMITS.nodes} nodes`);
  }
  const node: Node = value;
  const op = textOf(node.op, `${path}.op`, at.budget);
  if (op === "") return readLeaf(node, path, at.budget);
  if (op !== "and" && op !== "or" && op !== "not") {
    throw new FilterError(`${path}.op: expected "and", "or", "not", or nothing for a comparison`);
  }
  refuse(node, ["key", "cmp", "val", "vals"], `${path}: a node with op "${op}" takes nodes only`);
  const children = listOf(node.nodes, `${path}.nodes`);
  if (op === "not" ? children.length !== 1 : children.length === 0) {
    throw new FilterError(`${path}.nodes: "${op}" takes ${op === "not" ? "exactly one node" : "at least one node"}`);
  }
  const nodes = children.map((child, index) =>
    readNode(child, `${path}.nodes[${index}]`, { depth: at.depth + 1, budget: at.budget }),
  );
  return { op, nodes };
}

function readLeaf(node: Node, path: string, budget: Budget): Filter {
  refuse(node, ["nodes"], `${path}: nodes need an op`);
  const written = textOf(node.cmp, `${path}.cmp`, budget);
  const cmp = longSpellings.get(written) ?? written;
  const key = textOf(node.key, `${path}.key`, budget);
  if (key === "") throw new FilterError(`${path}.key: a comparison names the key that it looks at`);
  if (presence.has(cmp)) {
    refuse(node, ["val", "vals"], `${path}: "${cmp}" takes neither val nor vals`);
    return { key, cmp: cmp as Presence };
  }
  if (membership.has(cmp)) {
    refuse(node, ["val"], `${path}: "${cmp}" takes vals, not val`);
    const vals = listOf(node.vals, `${path}.vals`).map((each, i) => textOf(each, `${path}.vals[${i}]`, budget));
    if (vals.length === 0) throw new FilterError(`${path}.vals: "${cmp}" takes at least one value`);
    budget.values += vals.length;
    if (budget.values > FILTER_LIMITS.values) {
      throw new FilterError(`${path}.vals: the filter has more than ${FILTER_LIMITS.values} values`);
    }
    return { key, cmp: cmp as Membership, vals };
  }
  if (!comparisons.has(cmp)) {
    const known = [...comparisons, ...membership, ...presence].join(", ");
    throw new FilterError(`${path}.cmp: expected one of ${known}`);
  }
  refuse(node, ["vals"], `${path}: "${cmp}" takes val, not vals`);
  const val = textOf(node.val, `${path}.val`, budget);
  if (val === "") throw new FilterError(`${path}.val: "${cmp}" takes a value`);
  return { key, cmp: cmp as Comparison, val };
}

function textOf(value: unknown, path: string, budget: Budget): string {
  if (value === undefined || value === null) return "";
  if (typeof value !== "string") throw new FilterError(`${path}: expected a string, found ${typeof value}`);
  budget.text += value.length;
  if (budget.text > FILTER_LIMITS.textLength) {
    throw new FilterError(`${path}: the filter is longer than ${FILTER_LIMITS.textLength} characters`);
  }
  return value;
}

function listOf(value: unknown, path: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new FilterError(`${path}: expected an array`);
  return value;
}

function refuse(node: Node, members: readonly (keyof Node)[], message: string): void {
  for (const member of members) {
    const value = node[member];
    if (value === undefined || value === null || value === "") continue;
    if (Array.isArray(value) && value.length === 0) continue;
    throw new FilterError(message);
  }
}

const none: Readonly<Record<string, string>> = {};

/** Whether the tree holds for `tags`. Never throws; a comparison of numbers is false when either side is not one. */
export function matchesFilter(filter: Filter, tags: Readonly<Record<string, string>> = none): boolean {
  if ("op" in filter) {
    switch (filter.op) {
      case "and":
        return filter.nodes.every((node) => matchesFilter(node, tags));
      case "or":
        return filter.nodes.some((node) => matchesFilter(node, tags));
      case "not":
        return !filter.nodes.some((node) => matchesFilter(node, tags));
    }
  }
  // Names come from outside: "constructor" must not find what every object inherits.
  const tag = Object.hasOwn(tags, filter.key) ? tags[filter.key] : undefined;
  switch (filter.cmp) {
    case "ex":
      return tag !== undefined;
    case "nex":
      return tag === undefined;
    case "in":
      return tag !== undefined && filter.vals.includes(tag);
    case "nin":
      return tag === undefined || !filter.vals.includes(tag);
    case "neq":
      return tag !== filter.val;
    default:
      return tag !== undefined && compares(tag, filter.cmp, filter.val);
  }
}

function compares(tag: string, cmp: Exclude<Comparison, "neq">, val: string): boolean {
  switch (cmp) {
    case "eq":
      return tag === val;
    case "sw":
      return tag.startsWith(val);
    case "ew":
      return tag.endsWith(val);
    case "ct":
      return tag.includes(val);
  }
  const order = compareDecimals(tag, val);
  switch (cmp) {
    case "lt":
      return order < 0;
    case "lte":
      return order <= 0;
    case "gt":
      return order > 0;
    case "gte":
      return order >= 0;
  }
}

const DECIMAL = /^([+-]?)0*(\d*)(?:\.(\d*?)0*)?$/;
/** Up to here a double holds every decimal apart. */
const EXACT_DIGITS = 15;
const MAX_DIGITS = 200;

/** Negative, zero or positive as `a` is below, equal to or above `b`; NaN when either is not a decimal number. */
function compareDecimals(a: string, b: string): number {
  if (a.length > MAX_DIGITS || b.length > MAX_DIGITS || !/\d/.test(a) || !/\d/.test(b)) return Number.NaN;
  const left = DECIMAL.exec(a);
  const right = DECIMAL.exec(b);
  if (!left || !right) return Number.NaN;
  if (a.length <= EXACT_DIGITS && b.length <= EXACT_DIGITS) return Number(a) - Number(b);
  const [, leftSign, leftWhole = "", leftRest = ""] = left;
  const [, rightSign, rightWhole = "", rightRest = ""] = right;
  // Without leading zeros more digits are a larger number; of as many, the texts compare as the numbers do.
  const size = leftWhole.length - rightWhole.length || order(leftWhole, rightWhole) || order(leftRest, rightRest);
  const leftZero = leftWhole === "" && leftRest === "";
  const rightZero = rightWhole === "" && rightRest === "";
  const leftBelow = leftSign === "-" && !leftZero;
  const rightBelow = rightSign === "-" && !rightZero;
  if (leftBelow !== rightBelow) return leftBelow ? -1 : 1;
  return leftBelow ? -size : size;
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** One text for all spellings of a filter that differ only in the order or repetition of nodes and values. */
export function canonical(filter: Filter): string {
  if ("op" in filter) return `${filter.op}(${[...new Set(filter.nodes.map(canonical))].sort().join()})`;
  if ("vals" in filter) return JSON.stringify([filter.key, filter.cmp, ...[...new Set(filter.vals)].sort()]);
  return JSON.stringify([filter.key, filter.cmp, ...("val" in filter ? [filter.val] : [])]);
}
