import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createVirtualClock } from "../../kit/virtual-clock.ts";
import { Lanes } from "./lanes.ts";

describe("lanes", () => {
  it("run what concerns a lane in call order, however it was put in", () => {
    const step = fc.record({ lane: fc.nat(3), later: fc.boolean(), bytes: fc.nat(20_000), turn: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const clock = createVirtualClock();
        const lanes = new Lanes({ clock, size: 1, maxBytes: 100_000 });
        const members = [lanes.enter(), lanes.enter(), lanes.enter(), lanes.enter()];
        const ran = members.map((): number[] => []);
        const expected = members.map((): number[] => []);
        for (const [i, { lane: index, later, bytes, turn }] of steps.entries()) {
          const lane = members[index];
          if (!lane) continue;
          expected[index]?.push(i);
          const run = (): void => {
            ran[index]?.push(i);
          };
          if (later) lanes.later(lane, { run, sockets: 700, bytes });
          else lane.inOrder(run);
          if (turn === 0) clock.turn();
        }
        clock.turn();
        assert.deepEqual(ran, expected);
        assert.equal(lanes.busy, false);
      }),
    );
  });

  it("write to one lane a turn when it is full, and to several small ones together", () => {
    const clock = createVirtualClock();
    const turns: (() => void)[] = [];
    const lanes = new Lanes({ clock: { ...clock, nextTurn: (task) => turns.push(task) }, size: 1, maxBytes: 1_000 });
    const ran: string[] = [];
    const put = (name: string, sockets: number): void =>
      lanes.later(lanes.enter(), { run: () => ran.push(name), sockets, bytes: 1 });
    for (const name of ["a", "b"]) put(name, 700);
    for (const name of ["c", "d"]) put(name, 10);
    const after: string[] = [];
    while (turns.length > 0) {
      turns.shift()?.();
      after.push(ran.splice(0).join(""));
    }
    assert.deepEqual(after, ["a", "b", "cd"]);
  });

  it("run at once when more waits than they may hold", () => {
    const lanes = new Lanes({ clock: createVirtualClock(), size: 1, maxBytes: 100 });
    const lane = lanes.enter();
    let ran = 0;
    for (let i = 0; i < 11; i++) lanes.later(lane, { run: () => ran++, sockets: 1, bytes: 10 });
    assert.equal(ran, 11);
    assert.equal(lanes.busy, false);
  });

  it("take a new socket where there is room", () => {
    const lanes = new Lanes({ clock: createVirtualClock(), size: 2, maxBytes: 100 });
    const entered = [lanes.enter(), lanes.enter(), lanes.enter()];
    assert.equal(entered[0], entered[1]);
    assert.notEqual(entered[1], entered[2]);
    entered[0]?.leave();
    assert.ok(entered.includes(lanes.enter()));
  });
});
