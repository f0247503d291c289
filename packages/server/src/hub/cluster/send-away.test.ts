import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSeededIds } from "../../kit/ids.ts";
import { silentLog } from "../../kit/log.ts";
import { createVirtualClock } from "../../kit/virtual-clock.ts";
import { type DrainSettings, sendAway } from "./send-away.ts";

async function leave(clients: number, settings: DrainSettings) {
  const clock = createVirtualClock();
  const moments: number[] = [];
  const order: string[] = [];
  const warnings: string[] = [];
  const sessions = new Map(
    Array.from({ length: clients }, (_, n) => [
      String(n),
      {
        disconnect({ code }: { readonly code: number }): void {
          assert.equal(code, 3001);
          moments.push(clock.monotonic());
          order.push(String(n));
        },
      },
    ]),
  );
  const log = { ...silentLog, warn: (message: string) => void warnings.push(message) };
  let done = false;
  const gone = sendAway({ clock, ids: createSeededIds(1), log, sessions }, settings).then(() => {
    done = true;
  });
  for (let waited = 0; waited < 100_000 && moments.length < clients; waited += 10) clock.advance(10);
  await gone;
  assert.ok(done);
  return { moments, order, warnings };
}

describe("clients of a node that stops", () => {
  it("leave at the configured rate in every second, in a random order", async () => {
    const { moments, order, warnings } = await leave(1_000, { perSecond: 200, withinMs: 60_000 });
    assert.equal(new Set(order).size, 1_000);
    assert.notDeepEqual(
      order.slice(0, 50),
      Array.from({ length: 50 }, (_, n) => String(n)),
    );
    for (const from of moments) {
      const inOneSecond = moments.filter((at) => at >= from && at < from + 1_000).length;
      assert.ok(inOneSecond <= 200 + 30, `${inOneSecond} in the second from ${from}`);
    }
    const last = moments.at(-1) ?? 0;
    assert.ok(last > 4_500 && last < 5_200, `the last one after ${last}`);
    assert.deepEqual(warnings, []);
  });

  it("leave in time, with a warning, when the rate would take too long", async () => {
    const { moments, warnings } = await leave(1_000, { perSecond: 10, withinMs: 5_000 });
    assert.ok((moments.at(-1) ?? 0) <= 5_200);
    assert.match(warnings.join(), /more clients are sent away per second than configured/);
  });

  it("leave all at once without a rate, and few of them at once anyway", async () => {
    assert.deepEqual(new Set((await leave(1_000, { perSecond: 0, withinMs: 1_000 })).moments), new Set([0]));
    assert.deepEqual(new Set((await leave(20, { perSecond: 1_000, withinMs: 1_000 })).moments), new Set([0]));
    assert.deepEqual((await leave(0, { perSecond: 1, withinMs: 1_000 })).moments, []);
  });

  it("leave one by one at a rate below ten", async () => {
    const { moments } = await leave(5, { perSecond: 2, withinMs: 60_000 });
    assert.ok((moments.at(-1) ?? 0) >= 1_900);
  });
});
