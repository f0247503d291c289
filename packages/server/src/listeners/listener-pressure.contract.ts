import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import {
  eventually,
  type Fixture,
  type Guest,
  type ListenerFactory,
  nextTurn,
  openFixture,
} from "./fixture.contract.ts";
import type { RawClient, RawClientOptions } from "./raw-client.contract.ts";

const FRAME_BYTES = 8_000;
/** More than any kernel keeps for two ends of a connection, and the limit of the listener twice over. */
const ENOUGH_FRAMES = 4_000;
const limits = { maxBufferedBytes: 256 * 1_024 };

/** Of bytes that no compressor makes smaller than three quarters. */
const numbered = (n: number): string => `${n} ${randomBytes(FRAME_BYTES * 0.75).toString("base64")}\n`;

/** What arrived must be the beginning of what was sent, without a hole. */
function assertPrefix(texts: readonly string[], sent: number): void {
  assert.ok(texts.length <= sent);
  for (const [i, text] of texts.entries()) assert.equal(Number.parseInt(text, 10), i);
}

/** Sends, one frame each turn, until the verdict on `guest` has come. */
async function flood(guest: Guest, send: (frame: string) => void): Promise<number> {
  let sent = 0;
  while (guest.overflows === 0 && guest.closes.length === 0 && sent < ENOUGH_FRAMES) {
    send(numbered(sent++));
    assert.equal(guest.overflows, 0, "the verdict never comes from inside a send or publish");
    await nextTurn();
  }
  return sent;
}

/** The reader that cannot keep up. */
export function pressureContract(factory: ListenerFactory): void {
  describe("a slow reader", () => {
    const kinds = [
      { kind: "socket", stream: false, gzip: false },
      { kind: "stream", stream: true, gzip: false },
      { kind: "compressed stream", stream: true, gzip: true },
    ];
    for (const { kind, stream, gzip } of kinds) {
      it(`on a ${kind} gets the verdict once, misses nothing before it, and delays nobody`, async () => {
        await using fixture = await openFixture(factory, { limits });
        const { topics } = fixture.listener;
        const slow = await pausedPair(fixture, { stream, gzip });
        const { client: quick, guest: quickGuest } = await fixture.pair();
        for (const { outlet } of [slow.guest, quickGuest]) topics.join(outlet, "t");
        slow.guest.onOverflow = () => slow.guest.outlet.close({ code: 3008, reason: "slow" });
        const sent = await flood(slow.guest, (frame) => topics.publish("t", frame));
        assert.equal(slow.guest.overflows, 1);
        assert.deepEqual(quickGuest.overflows, 0);
        for (let i = 0; i < 10; i++) topics.publish("t", numbered(sent + i));
        await quick.received(sent + 10);
        assertPrefix(quick.texts, sent + 10);
        slow.client.socket.resume();
        await slow.client.gone();
        const texts = stream ? slow.client.texts.slice(1) : slow.client.texts;
        assertPrefix(texts, sent);
        if (slow.client.closeCode !== undefined) assert.equal(slow.client.closeCode, 3008);
        await eventually(() => slow.guest.closes.length === 1, "a close");
        assert.equal(slow.guest.overflows, 1);
      });

      it(`on a ${kind} whose door does not heed the verdict is cut, never skipped`, async () => {
        await using fixture = await openFixture(factory, { limits });
        const slow = await pausedPair(fixture, { stream, gzip });
        fixture.listener.topics.join(slow.guest.outlet, "t");
        let sent = 0;
        while (slow.guest.closes.length === 0 && sent < ENOUGH_FRAMES) {
          fixture.listener.topics.publish("t", numbered(sent++));
          if (sent % 20 === 0) await nextTurn();
        }
        slow.client.socket.resume();
        await slow.client.gone();
        assertPrefix(stream ? slow.client.texts.slice(1) : slow.client.texts, sent);
        await eventually(() => slow.guest.closes.length === 1, "a close");
      });
    }

    it("of direct sends gets the verdict too, and its queue can be seen", async () => {
      await using fixture = await openFixture(factory, { limits });
      const { client, guest } = await pausedPair(fixture);
      let seen = 0;
      guest.onOverflow = () => {
        seen = guest.outlet.bufferedBytes;
        guest.outlet.close({ code: 3008, reason: "slow" });
      };
      const sent = await flood(guest, (frame) => guest.outlet.send(frame));
      assert.equal(guest.overflows, 1);
      assert.ok(seen > limits.maxBufferedBytes, `${seen} bytes`);
      client.socket.resume();
      await client.gone();
      assertPrefix(client.texts, sent);
    });

    it("is not whoever gets much at once and reads it", async () => {
      await using fixture = await openFixture(factory, { limits });
      const pairs = [
        await fixture.pair(),
        await fixture.pair({ stream: true }),
        await fixture.pair({ stream: true, gzip: true }),
      ];
      for (const { guest } of pairs) fixture.listener.topics.join(guest.outlet, "t");
      for (let i = 0; i < 20; i++) fixture.listener.topics.publish("t", numbered(i));
      for (const { client, guest } of pairs) {
        await client.received(20);
        assert.equal(guest.overflows, 0);
      }
    });
  });
}

async function pausedPair(
  fixture: Fixture,
  options: Pick<RawClientOptions, "stream" | "gzip"> = {},
): Promise<{ client: RawClient; guest: Guest }> {
  const pair = await fixture.pair(options);
  pair.client.socket.pause();
  return pair;
}

const CROWD = 4_000;
const ROUNDS = 9;
/** In slices it is about an eighth; a publication written in one go is nearly all of its own cost. */
const LARGEST_SHARE = 1 / 2;

const said = (child: ChildProcess, word: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const heard = (chunk: Buffer): void => {
      if (!`${chunk}`.includes(word)) return;
      child.stdout?.off("data", heard);
      resolve();
    };
    child.stdout?.on("data", heard);
    child.on("exit", () => reject(new Error(`the clients ended before they said "${word}"`)));
  });

/** What each turn of the event loop cost until `end`: in the processor's time, for the machine may be busy. */
async function costOfTurns(end: Promise<void>): Promise<number[]> {
  const costs: number[] = [];
  let over = false;
  void end.finally(() => {
    over = true;
  });
  let last = process.cpuUsage();
  while (!over) {
    await nextTurn();
    const { user, system } = process.cpuUsage(last);
    last = process.cpuUsage();
    costs.push(user + system);
  }
  return costs;
}

/** The part of the work that the busiest turn did; turns that only waited do not count. */
function largestShare(costs: readonly number[]): number {
  const longest = Math.max(...costs);
  const working = costs.filter((cost) => cost > longest / 10);
  return longest / working.reduce((sum, cost) => sum + cost, 0);
}

/** A topic with thousands of members. */
export function crowdContract(factory: ListenerFactory): void {
  describe("a crowd", () => {
    it("gets everything without holding up the event loop", async () => {
      await using fixture = await openFixture(factory, { limits: { maxConnections: CROWD } });
      const script = fileURLToPath(new URL("flood-clients.contract.ts", import.meta.url));
      const child = spawn(process.execPath, [script, `${fixture.port}`, `${CROWD}`, `${ROUNDS}`], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      try {
        await said(child, "ready");
        for (const guest of fixture.guests) fixture.listener.topics.join(guest.outlet, "crowd");
        for (let i = 0; i < 10; i++) await nextTurn();
        const shares: number[] = [];
        for (let round = 1; round <= ROUNDS; round++) {
          const costs = costOfTurns(said(child, `all have ${round}.`));
          fixture.listener.topics.publish("crowd", `${round}`.padEnd(200, "x"));
          shares.push(largestShare(await costs));
        }
        // The median: a turn in which the runtime collects its garbage is not the listener's doing.
        const usual = shares.sort((a, b) => a - b)[(ROUNDS - 1) / 2] ?? 1;
        assert.ok(usual < LARGEST_SHARE, `one turn did ${(usual * 100).toFixed(0)}% of the work of a publication`);
        assert.ok(fixture.guests.every((guest) => guest.overflows === 0));
      } finally {
        child.kill();
      }
    });
  });
}
