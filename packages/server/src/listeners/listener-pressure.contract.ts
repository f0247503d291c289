import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  eventually,
  type Guest,
  type House,
  type ListenerFactory,
  nextTurn,
  openHouse,
} from "./contract-house.contract.ts";
import type { RawClient } from "./raw-client.contract.ts";

const FRAME_BYTES = 8_000;
/** More than any kernel keeps for two ends of a connection, and the limit of the listener twice over. */
const ENOUGH_FRAMES = 4_000;
const limits = { maxBufferedBytes: 256 * 1_024 };

const numbered = (n: number): string => `${`${n} `.padEnd(FRAME_BYTES, "x")}\n`;

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
    await nextTurn();
  }
  return sent;
}

/** The reader that cannot keep up. */
export function pressureContract(factory: ListenerFactory): void {
  describe("a slow reader", () => {
    for (const stream of [false, true]) {
      const kind = stream ? "stream" : "socket";

      it(`on a ${kind} gets the verdict once, misses nothing before it, and delays nobody`, async () => {
        await using house = await openHouse(factory, { limits });
        const { topics } = house.listener;
        const slow = await pausedPair(house, stream);
        const { client: quick, guest: quickGuest } = await house.pair();
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
        await using house = await openHouse(factory, { limits });
        const slow = await pausedPair(house, stream);
        house.listener.topics.join(slow.guest.outlet, "t");
        let sent = 0;
        while (slow.guest.closes.length === 0 && sent < ENOUGH_FRAMES) {
          house.listener.topics.publish("t", numbered(sent++));
          if (sent % 20 === 0) await nextTurn();
        }
        slow.client.socket.resume();
        await slow.client.gone();
        assertPrefix(stream ? slow.client.texts.slice(1) : slow.client.texts, sent);
        await eventually(() => slow.guest.closes.length === 1, "a close");
      });
    }

    it("of direct sends gets the verdict too, and its queue can be seen", async () => {
      await using house = await openHouse(factory, { limits });
      const { client, guest } = await pausedPair(house, false);
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
      await using house = await openHouse(factory, { limits });
      const pairs = [await house.pair(), await house.pair({ stream: true })];
      for (const { guest } of pairs) house.listener.topics.join(guest.outlet, "t");
      for (let i = 0; i < 20; i++) house.listener.topics.publish("t", numbered(i));
      for (const { client, guest } of pairs) {
        await client.received(20);
        assert.equal(guest.overflows, 0);
      }
    });
  });
}

async function pausedPair(house: House, stream: boolean): Promise<{ client: RawClient; guest: Guest }> {
  const pair = await house.pair({ stream });
  pair.client.socket.pause();
  return pair;
}
