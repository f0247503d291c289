import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Ring } from "./ring.ts";

const contents = (ring: Ring<number>): (number | undefined)[] =>
  Array.from({ length: ring.length }, (_, index) => ring.at(index));

describe("ring", () => {
  it("keeps the newest items in order, whatever is pushed, cleared and resized", () => {
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.constant({ kind: "push" as const }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant("limit" as const), limit: fc.nat(6) }) },
      { weight: 1, arbitrary: fc.constant({ kind: "clear" as const }) },
    );
    fc.assert(
      fc.property(fc.nat(6), fc.array(step, { maxLength: 60 }), (limit, steps) => {
        const ring = new Ring<number>(limit);
        let model: number[] = [];
        for (const [index, next] of steps.entries()) {
          if (next.kind === "push") {
            ring.push(index);
            model.push(index);
          } else if (next.kind === "clear") {
            ring.clear();
            model = [];
          } else {
            ring.limit = next.limit;
          }
          model = model.slice(Math.max(0, model.length - ring.limit));
          assert.deepEqual(contents(ring), model);
        }
      }),
    );
  });

  it("has nothing before its first and after its last item", () => {
    const ring = new Ring<number>(2);
    for (const item of [1, 2, 3]) ring.push(item);
    assert.deepEqual([ring.at(-1), ring.at(0), ring.at(1), ring.at(2)], [undefined, 2, 3, undefined]);
  });
});
