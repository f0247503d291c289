import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createVirtualClock } from "../../../kit/virtual-clock.ts";
import { createRateLimit } from "./rate-limit.ts";

describe("the rate limit", () => {
  it("lets exactly the limit through at once, and refills evenly", () => {
    const clock = createVirtualClock();
    const limit = createRateLimit({ limit: 100, windowMs: 60_000, clock });
    const passed = (tries: number): number =>
      Array.from({ length: tries }, () => limit.take("u")).filter(Boolean).length;
    assert.equal(passed(200), 100);
    clock.advance(6_000);
    assert.equal(passed(200), 10);
    assert.equal(limit.take("another"), true);
  });

  it("lets everything through when it is 0", () => {
    const limit = createRateLimit({ limit: 0, windowMs: 1, clock: createVirtualClock() });
    assert.ok(Array.from({ length: 1_000 }, () => limit.take("u")).every(Boolean));
  });

  it("never lets more through than a full bucket and what was refilled, for any pattern of events", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 500 }), fc.constantFrom("a", "b")), { maxLength: 200 }),
        (limit, events) => {
          const clock = createVirtualClock();
          const { take } = createRateLimit({ limit, windowMs: 1_000, clock });
          const passed = { a: 0, b: 0 };
          let elapsed = 0;
          for (const [pause, key] of events) {
            clock.advance(pause);
            elapsed += pause;
            if (take(key as "a" | "b")) passed[key as "a" | "b"]++;
          }
          const most = limit + (elapsed * limit) / 1_000 + 1e-6;
          assert.ok(passed.a <= most && passed.b <= most);
        },
      ),
    );
  });
});
