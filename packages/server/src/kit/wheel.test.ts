import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createVirtualClock, type VirtualClock } from "./virtual-clock.ts";
import { createWheel, type Deadline, WHEEL_TICK_MS, type Wheel } from "./wheel.ts";

interface Noted extends Deadline {
  readonly fired: number[];
}

function deadline(onFire: (now: number) => void = () => {}): Noted {
  const fired: number[] = [];
  return {
    fired,
    due: 0,
    previous: undefined,
    next: undefined,
    fire(now) {
      fired.push(now);
      onFire(now);
    },
  };
}

/** A clock whose wheel ticks between the multiples of a tick, as a real one does. */
function setUp(start = 1_700_000_000_017): { clock: VirtualClock; wheel: Wheel; start: number } {
  const clock = createVirtualClock(start);
  return { clock, wheel: createWheel(clock), start };
}

describe("timing wheel", () => {
  it("fires never early and at most one tick late", () => {
    const { clock, wheel, start } = setUp();
    const delays = Array.from({ length: 3 * WHEEL_TICK_MS }, (_, delay) => delay);
    const set = delays.map((delay) => {
      const one = deadline();
      wheel.set(one, start + delay);
      return one;
    });
    clock.advance(delays.length + 2 * WHEEL_TICK_MS);
    for (const [delay, { fired }] of set.entries()) {
      assert.equal(fired.length, 1);
      const late = (fired[0] ?? 0) - (start + delay);
      assert.ok(late >= 0 && late <= WHEEL_TICK_MS, `due after ${delay} ms, ${late} ms late`);
    }
  });

  it("fires once at the new moment when a deadline is moved, earlier or later", () => {
    const { clock, wheel, start } = setUp();
    const [later, earlier] = [deadline(), deadline()];
    wheel.set(later, start + 100);
    wheel.set(earlier, start + 900);
    wheel.set(later, start + 900);
    wheel.set(earlier, start + 100);
    clock.advance(200);
    assert.deepEqual([later.fired.length, earlier.fired.length], [0, 1]);
    clock.advance(2_000);
    assert.deepEqual([later.fired.length, earlier.fired.length], [1, 1]);
  });

  it("does not fire what was cleared, and clearing twice does nothing", () => {
    const { clock, wheel, start } = setUp();
    const [cleared, neighbour] = [deadline(), deadline()];
    wheel.set(cleared, start + 100);
    wheel.set(neighbour, start + 100);
    wheel.clear(cleared);
    wheel.clear(cleared);
    assert.equal(cleared.due, 0);
    clock.advance(1_000);
    assert.deepEqual([cleared.fired.length, neighbour.fired.length], [0, 1]);
  });

  it("keeps deadlines beyond its horizon through as many rounds as they need", () => {
    const { clock, wheel, start } = setUp();
    const hour = 3_600_000;
    const far = deadline();
    wheel.set(far, start + hour);
    clock.advance(hour - 1);
    assert.deepEqual(far.fired, []);
    clock.advance(WHEEL_TICK_MS + 1);
    assert.equal(far.fired.length, 1);
  });

  it("fires what is already due at the next tick", () => {
    const { clock, wheel, start } = setUp();
    const past = deadline();
    wheel.set(past, start - 5_000);
    assert.deepEqual(past.fired, []);
    clock.advance(WHEEL_TICK_MS);
    assert.equal(past.fired.length, 1);
  });

  it("meets everything that fell due in a pause longer than a round, and nothing else", () => {
    let now = 1_700_000_000_000;
    let tick = (): void => {};
    const wheel = createWheel({
      ...createVirtualClock(),
      now: () => now,
      every(_ms, task) {
        tick = task;
        return () => {};
      },
    });
    const due = Array.from({ length: 300 }, (_, n) => {
      const one = deadline();
      wheel.set(one, now + n * 1_000);
      return one;
    });
    now += 200_000;
    tick();
    assert.deepEqual(
      due.map(({ fired }) => fired.length),
      due.map((_, n) => (n <= 200 ? 1 : 0)),
    );
  });

  it("lets a deadline set itself again, and one clear its neighbour, while they fire", () => {
    const { clock, wheel, start } = setUp();
    const neighbour = deadline();
    const again = deadline((now) => {
      wheel.set(again, now);
      wheel.clear(neighbour);
    });
    wheel.set(again, start + 100);
    wheel.set(neighbour, start + 100);
    clock.advance(1_000);
    const ticks = new Set(again.fired).size;
    assert.equal(ticks, Math.floor((1_000 - 100) / WHEEL_TICK_MS) + 1);
    assert.ok(again.fired.length <= 2 * ticks, "a tick has an end");
    assert.deepEqual(neighbour.fired, []);
  });

  it("is silent once stopped", () => {
    const { clock, wheel, start } = setUp();
    const one = deadline();
    wheel.set(one, start + 100);
    wheel.stop();
    clock.advance(1_000);
    assert.deepEqual(one.fired, []);
  });

  it("does as a plain map of moments does, over any sequence of calls", () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("set" as const), who: fc.nat(9), in: fc.integer({ min: -100, max: 120_000 }) }),
      fc.record({ do: fc.constant("clear" as const), who: fc.nat(9), in: fc.constant(0) }),
      fc.record({ do: fc.constant("advance" as const), who: fc.constant(0), in: fc.nat(70_000) }),
    );
    fc.assert(
      fc.property(fc.nat(49), fc.array(step, { maxLength: 60 }), (phase, steps) => {
        const { clock, wheel } = setUp(1_700_000_000_000 + phase);
        const model = new Map<number, { due: number; setAt: number }>();
        const all = Array.from({ length: 10 }, (_, who) =>
          deadline((now) => {
            const expected = model.get(who);
            assert.ok(expected, `${who} fired without being set`);
            assert.ok(now >= expected.due, `${who} fired early`);
            assert.ok(now - Math.max(expected.due, expected.setAt) <= WHEEL_TICK_MS, `${who} fired late`);
            model.delete(who);
          }),
        );
        for (const { do: verb, who, in: ms } of steps) {
          const one = all[who];
          assert.ok(one);
          if (verb === "advance") clock.advance(ms);
          else if (verb === "clear") {
            wheel.clear(one);
            model.delete(who);
          } else {
            wheel.set(one, clock.now() + ms);
            model.set(who, { due: clock.now() + ms, setAt: clock.now() });
          }
          for (const [forgotten, { due, setAt }] of model) {
            assert.ok(clock.now() - Math.max(due, setAt) <= WHEEL_TICK_MS, `${forgotten} was forgotten`);
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
