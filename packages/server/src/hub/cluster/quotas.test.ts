import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createSeededIds } from "../../kit/ids.ts";
import { createVirtualClock } from "../../kit/virtual-clock.ts";
import type { ControlMessage } from "../ports/engine.ts";
import type { HeldHere } from "./quota-books.ts";
import { homeOf } from "./quota-home.ts";
import { createQuotas, type Quotas, type QuotasOptions } from "./quotas.ts";

const KEY = "connections/acme";
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Member {
  readonly name: string;
  readonly quotas: Quotas;
  used: number;
  /** It hears nobody and nobody hears it. */
  cut: boolean;
}

/** Nodes with a network that takes its time, in order from each node to each other. */
function createNet(names: readonly string[], seed = 1) {
  const clock = createVirtualClock();
  const ids = createSeededIds(seed);
  const members = new Map<string, Member>();
  const clear = new Map<string, number>();
  let alive: readonly string[] = names;
  let messages = 0;

  function carry(from: string, to: string, arrive: (member: Member) => void): void {
    messages++;
    const way = `${from}>${to}`;
    const at = Math.max(clock.monotonic() + 1 + ids.fraction() * 20, clear.get(way) ?? 0);
    clear.set(way, at);
    clock.after(at - clock.monotonic(), () => {
      const member = members.get(to);
      if (member && !member.cut && !members.get(from)?.cut) arrive(member);
    });
  }

  function survey(from: string, key: string, patienceMs: number) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const answers: HeldHere[] = [];
    const expected = new Set(alive);
    clock.after(patienceMs, resolve);
    const note = (answer: HeldHere): void => {
      answers.push(answer);
      expected.delete(answer.node);
      if (expected.size === 0) resolve();
    };
    for (const to of alive) {
      if (to === from) note(members.get(to)?.quotas.held(key) ?? assert.fail());
      else carry(from, to, ({ quotas }) => carryAnswer(to, from, quotas.held(key), note));
    }
    return promise.then(() => ({
      answers: [...answers],
      missing: [...expected].map((uid) => ({ uid, name: uid })),
    }));
  }

  function carryAnswer(from: string, to: string, answer: HeldHere, note: (answer: HeldHere) => void): void {
    carry(from, to, () => note(answer));
  }

  for (const name of names) {
    const quotas = createQuotas({
      self: name,
      clock,
      ids,
      homes: () => alive,
      alive: () => alive,
      tell: async (message: ControlMessage, to) => carry(name, to, ({ quotas }) => quotas.receive(message, name)),
      survey: (key, patienceMs) => survey(name, key, patienceMs),
      failed: (error) => assert.fail(String(error)),
    });
    members.set(name, { name, quotas, used: 0, cut: false });
  }

  const net = {
    clock,
    members: [...members.values()],
    member: (name: string): Member => members.get(name) ?? assert.fail(name),
    get messages() {
      return messages;
    },
    async pass(ms: number): Promise<void> {
      for (let passed = 0; passed < ms; passed += 5) {
        clock.advance(5);
        await turn();
      }
    },
    async take(member: Member, limit: number): Promise<boolean> {
      const taken = await member.quotas.take(KEY, limit);
      if (taken) member.used++;
      return taken;
    },
    give(member: Member): void {
      member.used--;
      member.quotas.give(KEY);
    },
    total: () => [...members.values()].reduce((sum, { used }) => sum + used, 0),
    /** Everybody learns at once who is there. */
    nowAlive(next: readonly string[]): void {
      alive = next;
      for (const { quotas } of members.values()) quotas.changed();
    },
    home: () => homeOf(KEY, alive) ?? assert.fail(),
  };
  return net;
}

describe("what there is only so much of in a cluster", () => {
  it("is never exceeded, whoever takes and gives where and when", async () => {
    const step = fc.record({ node: fc.nat(2), give: fc.boolean(), pause: fc.constantFrom(0, 0, 5, 30, 200) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60 }),
        fc.constantFrom(1, 2, 10, 200),
        fc.nat(),
        async (steps, limit, seed) => {
          const net = createNet(["a", "b", "c"], seed);
          const open: Promise<unknown>[] = [];
          for (const { node, give, pause } of steps) {
            const member = net.members[node] ?? assert.fail();
            if (give && member.used > 0) net.give(member);
            else for (let n = 0; n < Math.max(1, limit / 10); n++) open.push(net.take(member, limit));
            await net.pass(pause);
            assert.ok(net.total() <= limit, `${net.total()} of ${limit}`);
          }
          await net.pass(3_000);
          await Promise.all(open);
          assert.ok(net.total() <= limit, `${net.total()} of ${limit}`);
          // And all of it can be used, from whichever node asks.
          const rest = limit - net.total();
          const last = Array.from({ length: rest }, (_, n) => net.take(net.members[n % 3] ?? assert.fail(), limit));
          await net.pass(3_000);
          assert.deepEqual(new Set(await Promise.all(last)), new Set(rest > 0 ? [true] : []));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("costs few messages: who takes much keeps a little in reserve", async () => {
    const net = createNet(["a", "b", "c"]);
    const member = net.members.find(({ name }) => name !== net.home()) ?? assert.fail();
    while (net.total() < 1_000) {
      const before = net.total();
      void net.take(member, 10_000);
      await turn();
      while (net.total() === before) await net.pass(5);
    }
    assert.ok(net.messages < 50, `${net.messages} messages for 1,000 places`);
  });

  it("of a node that has crashed comes free: what a node holds counts as long as it answers", async () => {
    const net = createNet(["a", "b", "c"]);
    const [gone, ...left] = net.members.filter(({ name }) => name !== net.home());
    assert.ok(gone);
    const first = net.take(gone, 1);
    await net.pass(100);
    assert.ok(await first);
    gone.cut = true;
    const again = net.take(left[0] ?? assert.fail(), 1);
    await net.pass(3_000);
    assert.ok(await again, "nobody had noticed the crash yet");
  });

  it("is held by each node for itself while the home is silent, and together again after", async () => {
    const net = createNet(["a", "b", "c"]);
    const home = net.member(net.home());
    const others = net.members.filter((each) => each !== home);
    home.cut = true;
    const alone = others.flatMap((member) => [net.take(member, 2), net.take(member, 2), net.take(member, 2)]);
    await net.pass(20_000);
    assert.deepEqual(await Promise.all(alone), [true, true, false, true, true, false]);
    net.nowAlive(others.map(({ name }) => name));
    const refused = net.take(others[0] ?? assert.fail(), 2);
    await net.pass(5_000);
    assert.equal(await refused, false);
    for (const member of others) {
      net.give(member);
      net.give(member);
    }
    await net.pass(3_000);
    const more = others.map((member) => net.take(member, 2));
    await net.pass(5_000);
    assert.deepEqual(await Promise.all(more), [true, true]);
  });

  it("stays counted when its home moves", async () => {
    const net = createNet(["a", "b", "c"]);
    net.nowAlive(["a", "b"]);
    const [a, b] = [net.member("a"), net.member("b")];
    const taken = [net.take(a, 4), net.take(a, 4), net.take(b, 4)];
    await net.pass(500);
    assert.deepEqual(await Promise.all(taken), [true, true, true]);
    for (const alive of [
      ["a", "b", "c"],
      ["b", "c", "a"],
      ["a", "b"],
      ["a", "c", "b"],
    ])
      net.nowAlive(alive);
    const more = [net.take(net.member("c"), 4), net.take(net.member("c"), 4)];
    await net.pass(3_000);
    assert.deepEqual((await Promise.all(more)).sort(), [false, true]);
  });
});

describe("a home that cannot count", () => {
  for (const [what, broken, taken] of [
    [
      "leaves its node to hold the limit by itself",
      { survey: () => Promise.reject(new Error("no engine")) },
      [true, true, false],
    ],
    [
      "keeps nobody waiting, also where its home cannot be found",
      { homes: () => assert.fail("no") },
      [false, false, false],
    ],
  ] as const) {
    it(what, async () => {
      const failures: unknown[] = [];
      const quotas = createQuotas({
        self: "a",
        clock: createVirtualClock(),
        ids: createSeededIds(1),
        homes: () => ["a"],
        alive: () => ["a"],
        tell: async () => {},
        survey: async () => ({ answers: [], missing: [] }),
        failed: (error) => failures.push(error),
        ...(broken as Partial<QuotasOptions>),
      });
      assert.deepEqual(await Promise.all([1, 2, 3].map(() => quotas.take(KEY, 2))), taken);
      assert.ok(failures.length > 0);
      assert.equal(await quotas.take(KEY, 3), taken[0], "the next one asks again");
    });
  }
});

describe("the home of a key", () => {
  it("is the same for all who know the same nodes, and moves only when it must", () => {
    const keys = Array.from({ length: 3_000 }, (_, n) => `connections/tenant-${n}/user`);
    const nodes = ["n1", "n2", "n3", "n4"];
    const before = keys.map((key) => homeOf(key, nodes));
    assert.deepEqual(
      keys.map((key) => homeOf(key, nodes.toReversed())),
      before,
    );
    const after = keys.map((key) => homeOf(key, [...nodes, "n5"]));
    const moved = after.filter((home, index) => home !== before[index]);
    assert.ok(moved.every((home) => home === "n5"));
    for (const node of [...nodes, "n5"]) {
      const share = after.filter((home) => home === node).length / keys.length;
      assert.ok(share > 0.1 && share < 0.35, `${node} is home of ${share}`);
    }
  });
});
