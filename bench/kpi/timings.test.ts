import assert from "node:assert/strict";
import { test } from "node:test";
import { describeTimes, p99, timeEach } from "./timings.ts";

test("what a process waited for a core is never more than what it took, and comes off it", async () => {
  let done = 0;
  const { all, own } = await timeEach(process.pid, 20, async () => done++);
  assert.equal(done, 20);
  assert.equal(all.length, 20);
  // Where the kernel does not count waits there are none.
  assert.ok(own.length === 20 || own.length === 0);
  for (const [i, time] of own.entries()) assert.ok(time >= 0 && time <= (all[i] ?? 0));
});

test("times are shown as three percentiles", () => {
  const times = Array.from({ length: 200 }, (_, i) => (i + 1) / 10);
  assert.equal(describeTimes(times), "10.0, 19.0, 19.8");
  assert.equal(p99(times), 19.8);
  assert.equal(describeTimes([0.0123]), "0.012, 0.012, 0.012");
  assert.equal(describeTimes([]), "-");
});
