import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { type ListenerFactory, nextTurn, openHouse } from "./contract-house.contract.ts";

const CROWD = 4_000;
const FRAMES = 12;
/** Without slices one publication to this crowd takes about 50 ms, and these together far more. */
const LONGEST_TURN_MS = 35;

const said = (child: ChildProcess, word: string): Promise<void> =>
  new Promise((resolve, reject) => {
    child.stdout?.on("data", (chunk) => {
      if (`${chunk}`.includes(word)) resolve();
    });
    child.on("exit", () => reject(new Error(`the clients ended before they said "${word}"`)));
  });

/** Counts the processor's time, not the clock's: the machine may be busy with other things. */
async function longestTurn(during: Promise<void>): Promise<number> {
  let longest = 0;
  let over = false;
  void during.finally(() => {
    over = true;
  });
  let last = process.cpuUsage();
  while (!over) {
    await nextTurn();
    const { user, system } = process.cpuUsage(last);
    last = process.cpuUsage();
    longest = Math.max(longest, (user + system) / 1_000);
  }
  return longest;
}

/** A topic with thousands of members. */
export function crowdContract(factory: ListenerFactory): void {
  describe("a crowd", () => {
    it("gets everything without holding up the event loop", async () => {
      await using house = await openHouse(factory, { limits: { maxConnections: CROWD } });
      const script = fileURLToPath(new URL("flood-clients.contract.ts", import.meta.url));
      const child = spawn(process.execPath, [script, `${house.port}`, `${CROWD}`, `${FRAMES}`], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      try {
        await said(child, "ready");
        for (const guest of house.guests) house.listener.topics.join(guest.outlet, "crowd");
        for (let i = 0; i < 10; i++) await nextTurn();
        const done = said(child, "done");
        const longest = longestTurn(done);
        for (let i = 0; i < FRAMES; i++) {
          house.listener.topics.publish("crowd", `${i}`.padEnd(200, "x"));
          await nextTurn();
        }
        await done;
        const ms = await longest;
        assert.ok(ms < LONGEST_TURN_MS, `the longest turn took ${ms} ms`);
        assert.ok(house.guests.every((guest) => guest.overflows === 0));
      } finally {
        child.kill();
      }
    });
  });
}
