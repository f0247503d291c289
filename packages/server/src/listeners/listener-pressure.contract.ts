import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { systemClock } from "../kit/clock.ts";
import { createVirtualClock, type VirtualClock } from "../kit/virtual-clock.ts";
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

const TIMEOUT_MS = 60_000;
const FRAME = `${"x".repeat(65_535)}\n`;
/** The kernel tells of room only when a third of its buffer is free. */
const NOTICEABLE_FRAMES = 48;
const QUEUED_BYTES = 4 << 20;

interface Scene {
  readonly fixture: Fixture;
  readonly clock: VirtualClock;
  readonly client: RawClient;
  readonly guest: Guest;
  /** Publishes until so much waits for the guest. */
  fill(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A listener whose time stands still, though its turns do not, and a member of a topic. */
async function openScene(factory: ListenerFactory, stream: boolean): Promise<Scene> {
  const clock = createVirtualClock();
  const limits = {
    clock: { ...clock, nextTurn: systemClock.nextTurn },
    maxBufferedBytes: 1 << 30,
    writeTimeoutMs: TIMEOUT_MS,
  };
  const fixture = await openFixture(factory, { limits });
  const { client, guest } = await fixture.pair({ stream });
  fixture.listener.topics.join(guest.outlet, "t");
  return {
    ...{ fixture, clock, client, guest },
    async fill() {
      while (guest.outlet.bufferedBytes < QUEUED_BYTES) {
        fixture.listener.topics.publish("t", FRAME);
        await nextTurn();
      }
    },
    [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose](),
  };
}

/** The reader that takes nothing, whatever its queue. */
export function stallsContract(factory: ListenerFactory): void {
  describe("the write timeout", () => {
    for (const stream of [false, true]) {
      const kind = stream ? "stream" : "socket";

      it(`cuts a ${kind} that has stopped reading, long before its queue is full, and nobody else`, async () => {
        await using scene = await openScene(factory, stream);
        const { fixture, clock, client, guest } = scene;
        const { client: quick, guest: quickGuest } = await fixture.pair();
        fixture.listener.topics.join(quickGuest.outlet, "t");
        client.socket.pause();
        await scene.fill();
        clock.advance(TIMEOUT_MS - 1);
        assert.equal(guest.stalls, 0, "not before its time");
        clock.advance(TIMEOUT_MS);
        assert.deepEqual([guest.stalls, guest.overflows], [1, 0]);
        await eventually(() => guest.closes.length === 1, "a close");
        client.socket.resume();
        await client.gone();
        assert.equal(client.closeCode, undefined, "a close frame cannot get past what waits");
        clock.advance(10 * TIMEOUT_MS);
        assert.deepEqual([guest.stalls, guest.closes.length], [1, 1]);
        assert.deepEqual([quickGuest.stalls, quickGuest.closes.length], [0, 0]);
        const before = quick.messages.length;
        fixture.listener.topics.publish("t", "still here\n");
        await quick.received(before + 1);
      });

      it(`lets a ${kind} live that reads slowly but steadily, though its queue never shrinks`, async () => {
        await using scene = await openScene(factory, stream);
        const { fixture, clock, client, guest } = scene;
        client.socket.pause();
        for (let step = 0; step < 10; step++) {
          await scene.fill();
          const target = client.messages.length + NOTICEABLE_FRAMES;
          client.socket.resume();
          while (client.messages.length < target) {
            if (guest.outlet.bufferedBytes < QUEUED_BYTES) fixture.listener.topics.publish("t", FRAME);
            await nextTurn();
          }
          client.socket.pause();
          clock.advance(TIMEOUT_MS / 3);
        }
        assert.deepEqual([guest.stalls, guest.closes.length], [0, 0]);
      });

      it(`has nothing to say to a ${kind} that read all it was sent, however late the next frame`, async () => {
        await using scene = await openScene(factory, stream);
        const { clock, client, guest } = scene;
        client.socket.pause();
        await scene.fill();
        client.socket.resume();
        await eventually(() => guest.outlet.bufferedBytes === 0, "an empty queue");
        clock.advance(10 * TIMEOUT_MS);
        const before = client.messages.length;
        guest.outlet.send("last\n");
        await client.until(() => client.texts.at(-1)?.trim() === "last", "the last frame");
        assert.ok(client.messages.length > before);
        assert.deepEqual([guest.stalls, guest.closes.length], [0, 0]);
      });
    }
  });
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
