import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createVirtualClock } from "../../../server/src/testing.ts";
import type { Attempts, Command, Outcome } from "./attempts.ts";
import { QueueFullError, RefusedError } from "./failure.ts";
import { createPublishQueue } from "./publish-queue.ts";

const command = (text: string): Command => ({ method: "publish", text, repeatable: true });
const limits = { windowMs: 0, maxCommands: 3, maxChars: 10, maxWaiting: 100 };

const failure = new RefusedError(111, "too many requests");

/** Requests that wait until they are answered. */
function createHub() {
  const batches: string[][] = [];
  const waiting: (() => void)[] = [];
  const send = (commands: readonly Command[], answer: (text: string) => Outcome): Promise<readonly Outcome[]> => {
    batches.push(commands.map(({ text }) => text));
    return new Promise((resolve) => {
      waiting.push(() => resolve(commands.map(({ text }) => answer(text))));
    });
  };
  const attempts: Attempts = {
    complete: () => assert.fail("the queue goes step by step"),
    untilAnswered: (commands) => send(commands, (text) => (text.startsWith("fast") ? { failure } : { result: text })),
    goOn: async (commands) => (commands.length === 0 ? [] : send(commands, (text) => ({ result: text }))),
  };
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    batches,
    attempts,
    async answer() {
      await settled();
      waiting.shift()?.();
      await settled();
    },
  };
}

describe("the queue of publications", () => {
  it("sends a lone one at once, and what comes meanwhile together", async () => {
    const hub = createHub();
    const queue = createPublishQueue(hub.attempts, limits, createVirtualClock());
    const first = queue.add(command("a"));
    await hub.answer();
    assert.deepEqual(await first, { result: "a" });
    void queue.add(command("b"));
    await Promise.resolve();
    const later = ["c", "d", "e", "f"].map((text) => queue.add(command(text)));
    await hub.answer();
    await hub.answer();
    await hub.answer();
    assert.deepEqual(await Promise.all(later), [{ result: "c" }, { result: "d" }, { result: "e" }, { result: "f" }]);
    assert.deepEqual(hub.batches, [["a"], ["b"], ["c", "d", "e"], ["f"]]);
  });

  it("keeps a request below its size, unless one publication alone is larger", async () => {
    const hub = createHub();
    const queue = createPublishQueue(hub.attempts, limits, createVirtualClock());
    for (const text of ["12345", "12345", "1", "a long publication", "2"]) void queue.add(command(text));
    for (let i = 0; i < 4; i++) await hub.answer();
    assert.deepEqual(hub.batches, [["12345", "12345"], ["1"], ["a long publication"], ["2"]]);
  });

  it("waits for the window, and only then", async () => {
    const hub = createHub();
    const clock = createVirtualClock();
    const queue = createPublishQueue(hub.attempts, { ...limits, windowMs: 20 }, clock);
    void queue.add(command("a"));
    clock.advance(19);
    await hub.answer();
    void queue.add(command("b"));
    assert.deepEqual(hub.batches, []);
    clock.advance(1);
    await hub.answer();
    assert.deepEqual(hub.batches, [["a", "b"]]);
  });

  it("refuses one more than may wait, and takes others again later", async () => {
    const hub = createHub();
    const queue = createPublishQueue(hub.attempts, { ...limits, maxWaiting: 2 }, createVirtualClock());
    void queue.add(command("a"));
    void queue.add(command("b"));
    const refused = await queue.add(command("c"));
    assert.ok("failure" in refused && refused.failure instanceof QueueFullError);
    await hub.answer();
    const taken = queue.add(command("d"));
    await hub.answer();
    assert.deepEqual(await taken, { result: "d" });
  });

  it("lets those that came too fast try again beside the others, which wait for none of them", async () => {
    const hub = createHub();
    const queue = createPublishQueue(hub.attempts, limits, createVirtualClock());
    const settled: string[] = [];
    const all = ["fast1", "a", "fast2", "b", "c"].map((text) =>
      queue.add(command(text)).then((outcome) => settled.push("result" in outcome ? String(outcome.result) : "failed")),
    );
    await hub.answer();
    assert.deepEqual(settled, ["a"]);
    assert.deepEqual(hub.batches, [["fast1", "a"], ["fast1"], ["fast2", "b", "c"]]);
    await hub.answer();
    await hub.answer();
    await hub.answer();
    await Promise.all(all);
    assert.deepEqual(settled, ["a", "fast1", "b", "c", "fast2"]);
  });

  it("is flushed when everything has its outcome, and at once when nothing waits", async () => {
    const hub = createHub();
    const queue = createPublishQueue(hub.attempts, limits, createVirtualClock());
    await queue.flush();
    const outcomes: unknown[] = [];
    void queue.add(command("a")).then((outcome) => outcomes.push(outcome));
    const flushed = queue.flush();
    await hub.answer();
    await flushed;
    assert.equal(outcomes.length, 1);
  });

  it("keeps the order, loses and repeats nothing, whatever comes when", async () => {
    const step = fc.oneof(fc.string({ maxLength: 12 }), fc.constant(undefined));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const hub = createHub();
        const queue = createPublishQueue(hub.attempts, limits, createVirtualClock());
        const added: string[] = [];
        const outcomes: Promise<unknown>[] = [];
        for (const text of steps) {
          if (text === undefined) await hub.answer();
          else {
            added.push(text);
            outcomes.push(queue.add(command(text)));
          }
        }
        for (const _ of added) await hub.answer();
        assert.deepEqual(
          await Promise.all(outcomes),
          added.map((result) => ({ result })),
        );
        assert.deepEqual(hub.batches.flat(), added);
        for (const batch of hub.batches) {
          assert.ok(batch.length <= 3 && (batch.length === 1 || batch.join("").length <= 10));
        }
      }),
      { numRuns: 50 },
    );
  });
});
