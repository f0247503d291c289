import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { HistoryPage } from "./ports/engine.ts";
import { continueFrom, type FannedOut, mergeCache, type Recovered } from "./recovery.ts";
import type { Position, Publication } from "./values/publication.ts";

const publication = (offset: number): Publication => ({ data: `"${offset}"`, offset });
const range = (from: number, to: number): Publication[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => publication(from + n));
const at = (offset: number, epoch = "e") => ({ offset, epoch });
const pageOf = (publications: Publication[], top: number, epoch = "e"): HistoryPage => ({
  publications,
  top: { offset: top, epoch },
});
const offsets = (publications: readonly Publication[]): number[] => publications.map(({ offset }) => offset);
const refused = { recovered: false, publications: [] };

/** As one reply tells it: all of it, or nothing. */
function everything(since: Position, page: HistoryPage, fannedOut: FannedOut): Recovered {
  const { end, publications } = continueFrom(since, page, fannedOut);
  return end === "complete" ? { recovered: true, publications } : { recovered: false, publications: [] };
}

describe("recovery in stream mode", () => {
  it("gives what history holds after the position", () => {
    const { recovered, publications } = everything(at(3), pageOf(range(4, 6), 6), { tail: [], top: at(6) });
    assert.deepEqual([recovered, offsets(publications)], [true, [4, 5, 6]]);
  });

  it("joins what was fanned out while history was read, each once", () => {
    const { recovered, publications } = everything(at(3), pageOf(range(4, 6), 6), {
      tail: range(5, 9),
      top: at(9),
    });
    assert.deepEqual([recovered, offsets(publications)], [true, [4, 5, 6, 7, 8, 9]]);
  });

  it("leaves out what will come live: history may be ahead of what this node has fanned out", () => {
    const { recovered, publications } = everything(at(3), pageOf(range(4, 9), 9), { tail: [], top: at(6) });
    assert.deepEqual([recovered, offsets(publications)], [true, [4, 5, 6]]);
  });

  it("is complete with nothing for a client that missed nothing", () => {
    assert.deepEqual(everything(at(6), pageOf([], 6), { tail: [], top: at(6) }), {
      recovered: true,
      publications: [],
    });
  });

  it("is refused over a hole in history, in the tail, between both, and at the end", () => {
    const hole = pageOf([...range(4, 4), ...range(6, 6)], 6);
    assert.deepEqual(everything(at(3), hole, { tail: [], top: at(6) }), refused);
    const cut = pageOf(range(5, 6), 6);
    assert.deepEqual(everything(at(3), cut, { tail: [], top: at(6) }), refused);
    const short = pageOf(range(4, 5), 9);
    assert.deepEqual(everything(at(3), short, { tail: range(7, 9), top: at(9) }), refused);
    assert.deepEqual(everything(at(3), short, { tail: [], top: at(9) }), refused);
  });

  it("is refused over a change of epoch, whoever saw it first", () => {
    const page = pageOf(range(4, 6), 6);
    assert.deepEqual(everything(at(3, "old"), page, { tail: [], top: at(6) }), refused);
    assert.deepEqual(everything(at(3), page, { tail: [], top: at(6, "new") }), refused);
  });

  it("is refused to a client that is ahead of the stream", () => {
    assert.deepEqual(everything(at(9), pageOf([], 6), { tail: [], top: at(6) }), refused);
  });

  it("is lost where the stream is shorter than it was, also when this node has not noticed yet", () => {
    assert.equal(continueFrom(at(9), pageOf([], 6), { tail: [], top: at(12) }).end, "lost");
    assert.equal(continueFrom(at(12), pageOf([], 6), { tail: [], top: at(12) }).end, "lost");
    assert.equal(continueFrom(at(6), pageOf([], 6), { tail: [], top: at(12) }).end, "more");
  });

  it("starts at the beginning for a client without an epoch", () => {
    const { recovered, publications } = everything(at(0, ""), pageOf(range(1, 3), 3), { tail: [], top: at(3) });
    assert.deepEqual([recovered, offsets(publications)], [true, [1, 2, 3]]);
  });

  it("is recovered exactly when every offset from the position to the top is there", () => {
    const some = (upTo: number) => fc.subarray(range(1, upTo));
    fc.assert(
      fc.property(some(12), some(12), fc.nat(12), fc.nat(12), (kept, tail, since, top) => {
        const result = everything(at(since), pageOf(kept, 12), { tail, top: at(top) });
        const wanted = offsets(range(since + 1, top));
        if (result.recovered) {
          assert.ok(since <= top);
          assert.deepEqual(offsets(result.publications), wanted);
        } else {
          assert.deepEqual(result.publications, []);
          // Where history and tail follow one another as the hub keeps them, nothing that is there is refused.
          const contiguous = wanted.every((n) => kept.some(({ offset }) => offset === n));
          assert.ok(since > top || !contiguous, "everything was there");
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it("never refuses a page and a tail that meet", () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(20), fc.nat(20), fc.nat(20), (since, missed, overlap, more) => {
        const read = since + missed;
        const tail = range(Math.max(since + 1, read + 1 - overlap), read + more);
        const page = pageOf(range(since + 1, read), read);
        const result = everything(at(since), page, { tail, top: at(read + more) });
        assert.deepEqual(offsets(result.publications), offsets(range(since + 1, read + more)));
        assert.ok(result.recovered);
      }),
    );
  });
});

describe("recovery in cache mode", () => {
  it("gives only the newest publication, from the tail when that is newer", () => {
    const page = pageOf(range(6, 6), 6);
    const cached = mergeCache(undefined, page, { tail: [], top: at(6) });
    assert.deepEqual([cached.recovered, offsets(cached.publications)], [true, [6]]);
    const newer = mergeCache(at(2), page, { tail: range(7, 8), top: at(8) });
    assert.deepEqual([newer.recovered, offsets(newer.publications)], [true, [8]]);
  });

  it("does not send again what the client has", () => {
    const page = pageOf(range(6, 6), 6);
    assert.deepEqual(mergeCache(at(6), page, { tail: [], top: at(6) }), { recovered: true, publications: [] });
    const other = mergeCache(at(6, "old"), page, { tail: [], top: at(6) });
    assert.deepEqual(offsets(other.publications), [6]);
  });

  it("is not recovered where nothing is kept or the stream began anew", () => {
    assert.deepEqual(mergeCache(at(0, ""), pageOf([], 0), { tail: [], top: at(0) }), refused);
    assert.deepEqual(mergeCache(at(2), pageOf([], 6), { tail: [], top: at(6) }), refused);
    assert.deepEqual(mergeCache(at(2), pageOf(range(6, 6), 6), { tail: [], top: at(6, "new") }), refused);
  });
});
