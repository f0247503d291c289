import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseRequestTarget } from "./request-target.ts";

describe("a request target", () => {
  it("gives back the path and query that were encoded", () => {
    const segment = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/^\.{1,2}$|[\0/]/.test(text));
    const pairs = fc.array(fc.tuple(fc.string(), fc.string()));
    fc.assert(
      fc.property(fc.array(segment), pairs, (segments, query) => {
        const search = new URLSearchParams(query);
        const parsed = parseRequestTarget(`/${segments.map(encodeURIComponent).join("/")}?${search}`);
        assert.equal(parsed?.path, `/${segments.join("/")}`);
        assert.deepEqual([...new URLSearchParams(parsed?.query)], query);
      }),
    );
  });

  it("is refused, not thrown at, when it is nonsense", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const parsed = parseRequestTarget(text);
        assert.ok(parsed === undefined || (parsed.path.startsWith("/") && !parsed.path.split("/").includes("..")));
      }),
    );
  });
});
