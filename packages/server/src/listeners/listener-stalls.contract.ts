import assert from "node:assert/strict";
import { describe, it } from "node:test";
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
import type { RawClient } from "./raw-client.contract.ts";

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
