import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  eventually,
  type Fixture,
  type Guest,
  type ListenerFactory,
  nextTurn,
  openFixture,
} from "./fixture.contract.ts";
import type { RawClient } from "./raw-client.contract.ts";

const SOCKETS = 9;
const STREAMS = 3;
const TOPICS = 4;
/** From this size on a runtime may write at once what it would gather otherwise. */
const LARGE_FRAME = 20_000;

type Step =
  | { readonly do: "send"; readonly who: number }
  | { readonly do: "close"; readonly who: number }
  | { readonly do: "publish"; readonly topic: number; readonly large: boolean }
  | { readonly do: "join"; readonly who: number; readonly topic: number }
  | { readonly do: "leave"; readonly who: number; readonly topic: number }
  | { readonly do: "turn" };

const who = fc.nat(SOCKETS + STREAMS - 1);
const topic = fc.nat(TOPICS - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 40, arbitrary: fc.record({ do: fc.constant("send" as const), who }) },
  {
    weight: 80,
    arbitrary: fc.record({ do: fc.constant("publish" as const), topic, large: fc.nat(15).map((n) => n === 0) }),
  },
  { weight: 60, arbitrary: fc.record({ do: fc.constantFrom("join" as const, "leave" as const), who, topic }) },
  { weight: 40, arbitrary: fc.record({ do: fc.constant("join" as const), who, topic }) },
  { weight: 20, arbitrary: fc.record({ do: fc.constant("turn" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("close" as const), who }) },
);

interface Party {
  readonly client: RawClient;
  readonly guest: Guest;
  readonly topics: Set<string>;
  readonly expected: string[];
  closed: boolean;
}

/** Delivery to many, and the order in which it comes. */
export function topicsContract(factory: ListenerFactory): void {
  describe("topics", () => {
    it("deliver to the members of the moment and to no other", async () => {
      await using fixture = await openFixture(factory);
      const { topics } = fixture.listener;
      const { client, guest } = await fixture.pair();
      const { client: other, guest: otherGuest } = await fixture.pair();
      topics.join(otherGuest.outlet, "elsewhere");
      topics.publish("t", "before");
      topics.join(guest.outlet, "t");
      topics.join(guest.outlet, "t");
      topics.publish("t", "inside");
      topics.publish("t", Uint8Array.of(1, 2));
      topics.leave(guest.outlet, "t");
      topics.publish("t", "after");
      topics.leave(guest.outlet, "t");
      topics.leave(guest.outlet, "never joined");
      for (const one of [guest, otherGuest]) one.outlet.send("end");
      await client.received(3);
      await other.received(1);
      assert.deepEqual(client.messages, ["inside", Uint8Array.of(1, 2), "end"]);
      assert.deepEqual(other.messages, ["end"]);
    });

    it("forget a member that has gone", async () => {
      await using fixture = await openFixture(factory);
      const { client, guest } = await fixture.pair();
      fixture.listener.topics.join(guest.outlet, "t");
      client.socket.destroy();
      await eventually(() => guest.closes.length === 1, "a close");
      const { client: next, guest: nextGuest } = await fixture.pair();
      fixture.listener.topics.join(nextGuest.outlet, "t");
      fixture.listener.topics.publish("t", "x");
      await next.received(1);
    });

    it("take any name", async () => {
      await using fixture = await openFixture(factory);
      const { client, guest } = await fixture.pair();
      for (const name of ["ñ 🌍", "a\nb", "x".repeat(5_000), "*", "#"]) {
        fixture.listener.topics.join(guest.outlet, name);
        fixture.listener.topics.publish(name, name.slice(0, 10));
      }
      await client.received(5);
      assert.deepEqual(client.messages, ["ñ 🌍", "a\nb", "x".repeat(10), "*", "#"]);
    });

    it("keep call order over a random mix of send, publish, join, leave and close", async () => {
      await using fixture = await openFixture(factory);
      await checkOrder(fixture);
    });

    it("keep call order when large topics are written in several turns", async () => {
      await using fixture = await openFixture(factory, { limits: { largeTopicMembers: 3, laneSize: 2 } });
      await checkOrder(fixture);
    });
  });
}

async function checkOrder(fixture: Fixture): Promise<void> {
  let run = 0;
  const steps = fc.array(step, { minLength: 50, maxLength: 400, size: "max" });
  const property = fc.asyncProperty(steps, (mix) => checkMix(fixture, mix, `${run++}`));
  await fc.assert(property, { numRuns: 25, interruptAfterTimeLimit: 20_000, endOnFailure: true });
}

/** Does the steps on real connections and on a model, and compares what arrives. */
async function checkMix(fixture: Fixture, mix: readonly Step[], prefix: string): Promise<void> {
  const parties: Party[] = [];
  for (let i = 0; i < SOCKETS + STREAMS; i++) {
    const pair = await fixture.pair({ stream: i >= SOCKETS, gzip: i > SOCKETS });
    parties.push({ ...pair, topics: new Set(), expected: i >= SOCKETS ? ["welcome"] : [], closed: false });
  }
  let serial = 0;
  for (const one of mix) {
    if (one.do === "turn") await nextTurn();
    else apply(fixture, parties, one, { prefix, text: `${serial++}` });
  }
  for (const [i, party] of parties.entries()) {
    if (!party.closed) {
      party.expected.push("end");
      party.guest.outlet.send("end\n");
      await party.client.until(() => party.client.texts.at(-1)?.trimEnd() === "end", "the last frame");
    } else await party.client.gone();
    assert.deepEqual(
      party.client.texts.map((text) => text.trimEnd()),
      party.expected,
    );
    if (party.closed && i < SOCKETS) assert.equal(party.client.closeCode, 3000);
    party.client.socket.destroy();
  }
}

function apply(
  { listener }: Fixture,
  parties: readonly Party[],
  one: Exclude<Step, { do: "turn" }>,
  { prefix, text }: { prefix: string; text: string },
): void {
  if (one.do === "publish") {
    const name = `${prefix}/${one.topic}`;
    const body = one.large ? text.padEnd(LARGE_FRAME, "x") : text;
    for (const party of parties) if (party.topics.has(name) && !party.closed) party.expected.push(body);
    listener.topics.publish(name, `${body}\n`);
    return;
  }
  const party = parties[one.who];
  if (!party) return;
  if (one.do === "send") {
    if (!party.closed) party.expected.push(text);
    party.guest.outlet.send(`${text}\n`);
  } else if (one.do === "close") {
    party.closed = true;
    party.guest.outlet.close({ code: 3000, reason: "connection closed" });
  } else if (one.do === "join") {
    party.topics.add(`${prefix}/${one.topic}`);
    listener.topics.join(party.guest.outlet, `${prefix}/${one.topic}`);
  } else {
    party.topics.delete(`${prefix}/${one.topic}`);
    listener.topics.leave(party.guest.outlet, `${prefix}/${one.topic}`);
  }
}
