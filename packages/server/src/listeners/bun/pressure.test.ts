import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createVirtualClock } from "../../kit/virtual-clock.ts";
import { Pressure, type Suspect } from "./pressure.ts";

const maxBufferedBytes = 1_000;

/** A reader with so much in its queue that counts its verdicts. */
class Reader implements Suspect {
  bufferedBytes = 0;
  verdicts = 0;

  behind(): void {}

  overflowed(): void {
    this.verdicts++;
  }
}

describe("pressure", () => {
  it("gives its verdict in the turn after the suspicion, and only over the limit", () => {
    const clock = createVirtualClock();
    const pressure = new Pressure({ clock, maxBufferedBytes });
    const [slow, quick] = [new Reader(), new Reader()];
    slow.bufferedBytes = maxBufferedBytes + 1;
    quick.bufferedBytes = maxBufferedBytes;
    pressure.suspectAll(new Set([slow, quick]));
    assert.equal(slow.verdicts, 0);
    clock.turn();
    assert.deepEqual([slow.verdicts, quick.verdicts], [1, 0]);
  });

  it("looks again in the next turn however long the process stood still in the last look", () => {
    const clock = createVirtualClock();
    const pressure = new Pressure({ clock, maxBufferedBytes });
    const standstill: Suspect = {
      get bufferedBytes(): number {
        clock.advance(50);
        return 0;
      },
      behind: () => {},
      overflowed: () => {},
    };
    pressure.suspect(standstill);
    clock.turn();
    const slow = new Reader();
    slow.bufferedBytes = maxBufferedBytes + 1;
    pressure.suspect(slow);
    clock.turn();
    assert.equal(slow.verdicts, 1);
  });

  it("rests after a look at very many", () => {
    const clock = createVirtualClock();
    const pressure = new Pressure({ clock, maxBufferedBytes });
    const crowd = new Set(Array.from({ length: 20_000 }, () => new Reader()));
    pressure.suspectAll(crowd);
    clock.turn();
    for (const reader of crowd) reader.bufferedBytes = maxBufferedBytes + 1;
    const verdicts = (): number => [...crowd].reduce((sum, reader) => sum + reader.verdicts, 0);
    pressure.suspectAll(crowd);
    clock.turn();
    assert.equal(verdicts(), 0);
    clock.advance(100);
    assert.equal(verdicts(), crowd.size);
  });
});
