import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { canonical, FILTER_LIMITS, type Filter, FilterError, matchesFilter, parseFilter } from "./filter.ts";

const holds = (filter: unknown, tags: Readonly<Record<string, string>> = {}): boolean =>
  matchesFilter(parseFilter(filter), tags);

const key = fc.constantFrom("a", "b", "constructor", "__proto__");
const text = fc.oneof(fc.constantFrom("1", "2", "10", "-1", "x", "xy", "1.50", "1.5"), fc.string({ minLength: 1 }));
const { tree } = fc.letrec<{ tree: Filter }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.record({ key, cmp: fc.constantFrom("ex", "nex") }),
    fc.record({ key, cmp: fc.constantFrom("in", "nin"), vals: fc.array(text, { minLength: 1, maxLength: 4 }) }),
    fc.record({ key, cmp: fc.constantFrom("eq", "neq", "sw", "ew", "ct", "lt", "lte", "gt", "gte"), val: text }),
    fc.record({ op: fc.constant("not"), nodes: fc.array(tie("tree"), { minLength: 1, maxLength: 1 }) }),
    fc.record({ op: fc.constantFrom("and", "or"), nodes: fc.array(tie("tree"), { minLength: 1, maxLength: 3 }) }),
  ) as fc.Arbitrary<Filter>,
}));
const tags = fc.dictionary(key, text, { noNullPrototype: true });

describe("filter", () => {
  it("compares texts", () => {
    const tag = { ticker: "BTC" };
    for (const [cmp, val, expected] of [
      ["eq", "BTC", true],
      ["eq", "ETH", false],
      ["neq", "ETH", true],
      ["sw", "BT", true],
      ["sw", "TC", false],
      ["ew", "TC", true],
      ["ct", "T", true],
      ["ct", "x", false],
      ["starts", "B", true],
      ["ends", "C", true],
      ["contains", "T", true],
    ] as const)
      assert.equal(holds({ key: "ticker", cmp, val }, tag), expected, `${cmp} ${val}`);
    assert.ok(holds({ key: "ticker", cmp: "in", vals: ["ETH", "BTC"] }, tag));
    assert.ok(!holds({ key: "ticker", cmp: "nin", vals: ["ETH", "BTC"] }, tag));
    assert.ok(holds({ key: "ticker", cmp: "ex" }, tag));
    assert.ok(holds({ key: "other", cmp: "nex" }, tag));
  });

  it("takes an absent key as different from every value", () => {
    assert.ok(holds({ key: "a", cmp: "neq", val: "1" }));
    assert.ok(holds({ key: "a", cmp: "nin", vals: ["1"] }));
    for (const cmp of ["eq", "sw", "ew", "ct", "lt", "lte", "gt", "gte"])
      assert.ok(!holds({ key: "a", cmp, val: "1" }), cmp);
    assert.ok(!holds({ key: "a", cmp: "in", vals: ["1"] }));
  });

  it("compares decimal numbers exactly, also beyond what a double holds", () => {
    for (const [smaller, larger] of [
      ["9", "10"],
      ["-10", "-9"],
      ["-0.5", "0"],
      ["1.09", "1.1"],
      ["9007199254740992", "9007199254740993"],
      ["0.12345678901234567890", "0.12345678901234567891"],
      ["-90071992547409930000000001", "-90071992547409930000000000"],
    ] as const) {
      assert.ok(holds({ key: "n", cmp: "lt", val: larger }, { n: smaller }), `${smaller} < ${larger}`);
      assert.ok(holds({ key: "n", cmp: "gte", val: smaller }, { n: larger }), `${larger} >= ${smaller}`);
      assert.ok(!holds({ key: "n", cmp: "gt", val: larger }, { n: smaller }), `not ${smaller} > ${larger}`);
    }
    for (const equal of ["1.5", "01.50", "+1.5", "1.500000000000000000000"])
      assert.ok(holds({ key: "n", cmp: "lte", val: "1.5" }, { n: equal }), equal);
    assert.ok(holds({ key: "n", cmp: "gte", val: "0" }, { n: "-0.00000000000000000000" }));
  });

  it("finds every comparison of numbers false when either side is not one", () => {
    for (const [val, n] of [
      ["1", "one"],
      ["one", "1"],
      ["1", ""],
      ["1", "."],
      ["1", "1e3"],
      ["1", "0x1"],
      ["1", " 1"],
      ["1", "9".repeat(201)],
    ] as const)
      for (const cmp of ["lt", "lte", "gt", "gte"])
        assert.ok(!holds({ key: "n", cmp, val }, { n }), `${n} ${cmp} ${val}`);
  });

  it("joins with and, or and not", () => {
    const a = { key: "a", cmp: "eq", val: "1" };
    const b = { key: "b", cmp: "eq", val: "1" };
    assert.ok(holds({ op: "and", nodes: [a, b] }, { a: "1", b: "1" }));
    assert.ok(!holds({ op: "and", nodes: [a, b] }, { a: "1" }));
    assert.ok(holds({ op: "or", nodes: [a, b] }, { b: "1" }));
    assert.ok(!holds({ op: "or", nodes: [a, b] }));
    assert.ok(holds({ op: "not", nodes: [a] }));
  });

  it("does not find what every object inherits", () => {
    for (const name of ["constructor", "__proto__", "toString"]) assert.ok(!holds({ key: name, cmp: "ex" }), name);
  });

  it("reads the empty members that Protocol Buffers leave as absent", () => {
    const leaf = { op: "", key: "a", cmp: "eq", val: "1", vals: [], nodes: [] };
    assert.deepEqual(parseFilter(leaf), { key: "a", cmp: "eq", val: "1" });
    const not = { op: "not", key: "", cmp: "", val: "", vals: [], nodes: [leaf] };
    assert.deepEqual(parseFilter(not), { op: "not", nodes: [{ key: "a", cmp: "eq", val: "1" }] });
  });

  it("says where a filter is wrong and what was expected", () => {
    const leaf = { key: "a", cmp: "ex" };
    for (const [filter, message] of [
      [null, "filter: expected an object"],
      [[], "filter: expected an object"],
      [{}, "filter.key: a comparison names"],
      [{ cmp: "eq", val: "1" }, "filter.key: a comparison names"],
      [{ key: "a" }, "filter.cmp: expected one of eq, neq"],
      [{ key: "a", cmp: "like", val: "1" }, "filter.cmp: expected one of eq, neq"],
      [{ key: "a", cmp: "eq" }, 'filter.val: "eq" takes a value'],
      [{ key: "a", cmp: "eq", val: 1 }, "filter.val: expected a string, found number"],
      [{ key: "a", cmp: "eq", vals: ["1"] }, 'filter: "eq" takes val, not vals'],
      [{ key: "a", cmp: "in", val: "1" }, 'filter: "in" takes vals, not val'],
      [{ key: "a", cmp: "in" }, 'filter.vals: "in" takes at least one value'],
      [{ key: "a", cmp: "ex", val: "1" }, 'filter: "ex" takes neither val nor vals'],
      [{ op: "xor", nodes: [leaf] }, 'filter.op: expected "and", "or", "not"'],
      [{ op: "and", nodes: [] }, 'filter.nodes: "and" takes at least one node'],
      [{ op: "not", nodes: [leaf, leaf] }, 'filter.nodes: "not" takes exactly one node'],
      [{ op: "and", nodes: leaf }, "filter.nodes: expected an array"],
      [{ op: "and", nodes: [leaf, { op: "or", nodes: [1] }] }, "filter.nodes[1].nodes[0]: expected an object"],
      [{ op: "and", key: "a", nodes: [leaf] }, 'filter: a node with op "and" takes nodes only'],
      [{ key: "a", cmp: "ex", nodes: [leaf] }, "filter: nodes need an op"],
    ] as const)
      assert.throws(
        () => parseFilter(filter),
        (error: Error) => error instanceof FilterError && error.message.startsWith(message),
        message,
      );
  });

  it("refuses what would cost too much", () => {
    const leaf = { key: "a", cmp: "ex" };
    const deep = (levels: number): unknown => (levels === 1 ? leaf : { op: "not", nodes: [deep(levels - 1)] });
    assert.ok(parseFilter(deep(FILTER_LIMITS.depth)));
    assert.throws(() => parseFilter(deep(FILTER_LIMITS.depth + 1)), /deeper than 8 levels/);
    const wide = (nodes: number): unknown => ({ op: "and", nodes: Array.from({ length: nodes - 1 }, () => leaf) });
    assert.ok(parseFilter(wide(FILTER_LIMITS.nodes)));
    assert.throws(() => parseFilter(wide(FILTER_LIMITS.nodes + 1)), /more than 64 nodes/);
    const vals = (count: number): unknown => ({ key: "a", cmp: "in", vals: Array.from({ length: count }, () => "1") });
    assert.ok(parseFilter(vals(FILTER_LIMITS.values)));
    assert.throws(() => parseFilter(vals(FILTER_LIMITS.values + 1)), /more than 256 values/);
    assert.throws(() => parseFilter({ key: "a", cmp: "eq", val: "x".repeat(8_200) }), /longer than 8192 characters/);
  });

  it("stays what it is when it travels as JSON", () => {
    fc.assert(
      fc.property(tree, (filter) => {
        const sent: unknown = JSON.parse(JSON.stringify(filter));
        assert.deepEqual(parseFilter(sent), sent);
      }),
    );
  });

  it("answers any JSON with a filter or a FilterError", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        try {
          parseFilter(value);
        } catch (error) {
          assert.ok(error instanceof FilterError);
        }
      }),
    );
  });

  it("finds the opposite under a not", () => {
    fc.assert(
      fc.property(tree, tags, (filter, tag) => {
        assert.equal(matchesFilter({ op: "not", nodes: [filter] }, tag), !matchesFilter(filter, tag));
      }),
    );
  });

  it("has one canonical text for one meaning, whatever the order", () => {
    const reversed = (filter: Filter): Filter => {
      if ("op" in filter) return { op: filter.op, nodes: [...filter.nodes].reverse().map(reversed) };
      return "vals" in filter ? { ...filter, vals: [...filter.vals, ...filter.vals].reverse() } : filter;
    };
    fc.assert(fc.property(tree, (filter) => assert.equal(canonical(reversed(filter)), canonical(filter))));
  });

  it("never has one canonical text for two meanings", () => {
    fc.assert(
      fc.property(tree, tree, tags, (one, other, tag) => {
        if (canonical(one) === canonical(other)) assert.equal(matchesFilter(one, tag), matchesFilter(other, tag));
      }),
      { numRuns: 1_000 },
    );
  });
});
