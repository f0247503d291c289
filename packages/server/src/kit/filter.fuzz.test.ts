import assert from "node:assert/strict";
import { describe } from "node:test";
import fc from "fast-check";
import { canonical, FILTER_LIMITS, type Filter, FilterError, matchesFilter, parseFilter } from "./filter.ts";
import { fuzz, fuzzSpoiled, spoilText } from "./fuzz.fixture.ts";

const key = fc.constantFrom("a", "b", "constructor", "__proto__", "");
const number = fc
  .tuple(
    fc.constantFrom("", "-", "+"),
    fc.stringMatching(/^\d{0,25}$/),
    fc.constantFrom("", "."),
    fc.stringMatching(/^\d{0,25}$/),
  )
  .map((parts) => parts.join(""));
const text = fc.oneof(number, fc.constantFrom("1", "10", "-1", "0", "-0", "1.50", "x", "xy", "1e3", " 1"), fc.string());
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.record({ key, cmp: fc.constantFrom("ex", "nex") }),
    fc.record({ key, cmp: fc.constantFrom("in", "nin"), vals: fc.array(text, { maxLength: 4 }) }),
    fc.record({ key, cmp: fc.constantFrom("eq", "neq", "sw", "ew", "ct", "starts", "ends", "contains"), val: text }),
    fc.record({ key, cmp: fc.constantFrom("lt", "lte", "gt", "gte"), val: number }),
    fc.record({ op: fc.constant("not"), nodes: fc.array(tie("tree"), { minLength: 1, maxLength: 1 }) }),
    fc.record({ op: fc.constantFrom("and", "or"), nodes: fc.array(tie("tree"), { minLength: 1, maxLength: 3 }) }),
  ),
}));
const tags = fc.dictionary(fc.constantFrom("a", "b", "c"), text, { noNullPrototype: true });

function parsed(value: unknown): Filter | undefined {
  try {
    return parseFilter(value);
  } catch (error) {
    assert.ok(error instanceof FilterError, String(error));
    return undefined;
  }
}

const jsonOf = (written: string): unknown => {
  try {
    return JSON.parse(written);
  } catch {
    return undefined;
  }
};

/** The meaning of a filter in other words: numbers as whole ones of one size, trees by counting. */
function means(filter: Filter, own: ReadonlyMap<string, string>): boolean {
  if ("op" in filter) {
    const true_ = filter.nodes.filter((node) => means(node, own)).length;
    return filter.op === "and" ? true_ === filter.nodes.length : filter.op === "or" ? true_ > 0 : true_ === 0;
  }
  const tag = own.get(filter.key);
  if (filter.cmp === "ex" || filter.cmp === "nex") return (tag === undefined) === (filter.cmp === "nex");
  if ("vals" in filter) return (tag !== undefined && filter.vals.indexOf(tag) >= 0) === (filter.cmp === "in");
  if (filter.cmp === "neq") return tag !== filter.val;
  if (tag === undefined || !("val" in filter)) return false;
  const at = tag.indexOf(filter.val);
  if (filter.cmp === "eq") return at === 0 && tag.length === filter.val.length;
  if (filter.cmp === "sw") return at === 0;
  if (filter.cmp === "ew") return tag.slice(-filter.val.length) === filter.val;
  if (filter.cmp === "ct") return at >= 0;
  const [left, right] = [scaled(tag), scaled(filter.val)];
  if (left === undefined || right === undefined) return false;
  return { lt: left < right, lte: left <= right, gt: left > right, gte: left >= right }[filter.cmp];
}

const SCALE = 200;

function scaled(text: string): bigint | undefined {
  const [whole = "", rest = "", ...more] = text.replace(/^[+-]/, "").split(".");
  if (more.length > 0 || !/^\d+$/.test(whole + rest) || text.length > SCALE) return undefined;
  const size = BigInt(whole + rest.padEnd(SCALE, "0"));
  return text.startsWith("-") ? -size : size;
}

function sizeOf(filter: Filter): { readonly nodes: number; readonly depth: number } {
  if (!("op" in filter)) return { nodes: 1, depth: 1 };
  const sizes = filter.nodes.map(sizeOf);
  return {
    nodes: 1 + sizes.reduce((sum, { nodes }) => sum + nodes, 0),
    depth: 1 + Math.max(...sizes.map(({ depth }) => depth)),
  };
}

describe("filters", () => {
  fuzz("mean what they say, for any tags", fc.tuple(tree, tags), ([written, tag]) => {
    const filter = parsed(written);
    if (!filter) return "refused";
    const holds = matchesFilter(filter, tag);
    assert.equal(holds, means(filter, new Map(Object.entries(tag))));
    return holds ? "fits" : "does not fit";
  });

  fuzzSpoiled(
    "that are spoiled are read within their limits, or refused",
    {
      right: fc.tuple(
        tree.map((each) => JSON.stringify(each)),
        tags,
      ),
      spoil: ([written, tag], ids) => ({ written: spoilText(written, ids), tag }),
    },
    ({ written, tag }) => {
      const value = jsonOf(written);
      const filter = parsed(value);
      if (!filter) return value === undefined ? "no JSON" : "refused";
      const { nodes, depth } = sizeOf(filter);
      assert.ok(nodes <= FILTER_LIMITS.nodes && depth <= FILTER_LIMITS.depth);
      assert.deepEqual(parseFilter(JSON.parse(JSON.stringify(filter))), filter);
      assert.equal(matchesFilter(filter, tag), means(filter, new Map(Object.entries(tag))));
      return "read";
    },
  );

  fuzz("have one canonical text for one meaning", fc.tuple(tree, tree, tags), ([one, other, tag]) => {
    const [left, right] = [parsed(one), parsed(other)];
    if (!left || !right) return "refused";
    const canonicalFilter = canonical(left);
    if (canonicalFilter !== canonical(right)) return "different";
    assert.equal(matchesFilter(left, tag), matchesFilter(right, tag));
    return "equal";
  });
});
