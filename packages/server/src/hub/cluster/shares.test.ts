import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createVirtualClock } from "../../kit/virtual-clock.ts";
import { noLimits } from "../hub-ground.fixture.ts";
import { createLimits, type Limits } from "../limits.ts";
import type { Tenant } from "../values/tenant.ts";
import { createShares, type Shares } from "./shares.ts";

const LAG_MS = 30;
const STEP_MS = 10;

interface Member {
  readonly shares: Shares;
  readonly limits: Limits;
}

/** Nodes that hear each other a moment later, and publish for one tenant. */
function createNet(count: number, rate: number) {
  const clock = createVirtualClock();
  const names = Array.from({ length: count }, (_, n) => `n${n}`);
  const members: Member[] = names.map((self) => {
    const shares = createShares({
      self,
      clock,
      alive: () => names,
      tell: (message) =>
        void clock.after(LAG_MS, () => {
          for (const member of members) if (member.shares !== shares) member.shares.receive(message, self);
        }),
    });
    return { shares, limits: createLimits({ connections: 0, connectionsPerSecond: 0 }, clock, shares) };
  });
  const tenant: Tenant = {
    id: "acme",
    name: "acme",
    declared: true,
    limits: { ...noLimits, publicationsPerSecond: rate },
    namespace: () => undefined,
  };

  function publish({ limits }: Member): boolean {
    try {
      limits.checkPublication(tenant, 1);
      return true;
    } catch {
      return false;
    }
  }

  /** Publishes for a while with so many attempts per second on each node; how many were let through. */
  function load(perSecond: readonly number[], ms: number): number {
    let taken = 0;
    const owed = perSecond.map(() => 0);
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      clock.advance(STEP_MS);
      for (const [index, member] of members.entries()) {
        let due = (owed[index] ?? 0) + ((perSecond[index] ?? 0) * STEP_MS) / 1000;
        for (; due >= 1; due--) if (publish(member)) taken++;
        owed[index] = due;
      }
    }
    return taken;
  }

  function stop(): void {
    for (const { shares, limits } of members) {
      shares.stop();
      limits.stop();
    }
  }

  return { load, stop };
}

describe("a rate that holds for the whole cluster", () => {
  it("is kept and used up under steady demand, however it is spread", () => {
    for (const demand of [
      [900, 900, 900],
      [2_000, 0, 0],
      [2_000, 100, 100],
      [300, 300, 300],
    ]) {
      const { load, stop } = createNet(3, 1_000);
      load(demand, 3_000);
      const taken = load(demand, 10_000) / 10;
      const wanted = Math.min(
        1_000,
        demand.reduce((sum, each) => sum + each, 0),
      );
      assert.ok(taken <= 1_010, `${taken} per second of ${demand}`);
      assert.ok(taken >= 0.93 * wanted, `${taken} per second of ${demand}`);
      stop();
    }
  });

  it("is a matter of one node where there is one", () => {
    const { load, stop } = createNet(1, 100);
    const taken = load([1_000], 1_000);
    assert.ok(taken >= 198 && taken <= 200, `a burst and a second: ${taken}`);
    stop();
  });

  it("is exceeded by less than a burst and one more rate, whatever the demand does", () => {
    const phase = fc.record({
      perSecond: fc.array(fc.constantFrom(0, 0, 100, 1_000, 5_000), { minLength: 4, maxLength: 4 }),
      ms: fc.constantFrom(100, 250, 600, 2_000),
    });
    fc.assert(
      fc.property(fc.array(phase, { minLength: 1, maxLength: 12 }), (phases) => {
        const { load, stop } = createNet(4, 1_000);
        let taken = 0;
        let passed = 0;
        for (const { perSecond, ms } of phases) {
          taken += load(perSecond, ms);
          passed += ms;
          // The promise: never more than twice the rate, besides the burst of one second.
          assert.ok(taken <= 1_000 + (2 * 1_000 * passed) / 1_000 + 4, `${taken} in ${passed} ms`);
        }
        stop();
      }),
      { numRuns: 40 },
    );
  });

  it("lets a node in need have its part within a second", () => {
    const { load, stop } = createNet(3, 1_000);
    load([2_000, 0, 0], 3_000);
    load([0, 2_000, 0], 1_000);
    assert.ok(load([0, 2_000, 0], 2_000) >= 0.93 * 2_000);
    stop();
  });
});
