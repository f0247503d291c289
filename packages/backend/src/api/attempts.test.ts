import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createInstantClock, createPlainRandom, type InstantClock } from "../kit/instant-clock.fixture.ts";
import { type Attempts, type Command, createAttempts, type Outcome } from "./attempts.ts";
import { type CircuitBreaker, createCircuitBreaker } from "./circuit-breaker.ts";
import { CircuitOpenError, RefusedError, UnreachableError } from "./failure.ts";
import type { ReplyBody } from "./transport.ts";

const once: Command = { method: "publish", text: '{"n":1}', repeatable: false };
const keyed: Command = { method: "publish", text: '{"n":2}', repeatable: true };
const lost = new UnreachableError("lost", { happened: "unknown" });
const notSent = new UnreachableError("refused", { happened: "no" });

type Answer = ReplyBody | Error;

interface Trial {
  readonly outcomes: readonly Outcome[];
  readonly requests: readonly (readonly [method: string, body: string])[];
  readonly clock: InstantClock;
  readonly circuit: CircuitBreaker;
}

type Way = (attempts: Attempts, commands: readonly Command[]) => Promise<readonly Outcome[]>;

interface TrialOptions {
  /** That open the circuit. */
  readonly failures?: number;
  readonly way?: Way;
}

/** Carries the commands out against these answers, one after another. */
async function attempt(
  commands: readonly Command[],
  answers: readonly Answer[],
  { failures = 100, way = (attempts) => attempts.complete(commands) }: TrialOptions = {},
): Promise<Trial> {
  const clock = createInstantClock();
  const circuit = createCircuitBreaker({ failures, coolDownMs: 1_000_000 }, clock);
  const requests: [string, string][] = [];
  const attempts = createAttempts({
    circuit,
    clock,
    random: createPlainRandom(),
    retry: { retries: 3, baseMs: 100, capMs: 250 },
    async transport(method, body) {
      const answer = answers[requests.length] ?? assert.fail("one request too many");
      requests.push([method, body]);
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  return { outcomes: await way(attempts, commands), requests, clock, circuit };
}

const failureOf = (outcome: Outcome | undefined): Error =>
  outcome && "failure" in outcome ? outcome.failure : assert.fail("it succeeded");

describe("an attempt", () => {
  it("calls the method of one command, and batch for several, in their order", async () => {
    const one = await attempt([once], [{ result: { offset: 5 } }]);
    assert.deepEqual([one.requests, one.outcomes], [[["publish", '{"n":1}']], [{ result: { offset: 5 } }]]);
    const two = await attempt([once, keyed], [{ replies: [{ publish: { offset: 1 } }, { publish: {} }] }]);
    assert.deepEqual(two.requests, [["batch", '{"commands":[{"publish":{"n":1}},{"publish":{"n":2}}]}']]);
    assert.deepEqual(two.outcomes, [{ result: { offset: 1 } }, { result: {} }]);
  });

  it("never sends again what may have happened, unless doing it twice is harmless", async () => {
    for (const failure of [lost, new RefusedError(301, "outcome unknown"), new RefusedError(100, "internal")]) {
      const single = await attempt([once], [failure]);
      assert.equal(failureOf(single.outcomes[0]), failure);
      const repeated = await attempt([keyed], [failure, { result: {} }]);
      assert.deepEqual([repeated.requests.length, repeated.outcomes], [2, [{ result: {} }]]);
    }
  });

  it("sends again whatever has certainly not happened", async () => {
    for (const failure of [notSent, new RefusedError(300, "unavailable"), new RefusedError(111, "too many requests")]) {
      const { outcomes } = await attempt([once], [failure, failure, { result: {} }]);
      assert.deepEqual(outcomes, [{ result: {} }]);
    }
  });

  it("does not ask again when the answer would be the same", async () => {
    const answers = [
      new RefusedError(103, "permission denied"),
      new UnreachableError("not the hub's", { happened: "no", status: 404 }),
    ];
    for (const failure of answers) {
      const { outcomes, requests } = await attempt([keyed], [failure]);
      assert.deepEqual([failureOf(outcomes[0]), requests.length], [failure, 1]);
    }
  });

  it("repeats of a batch only what may be repeated, and keeps every outcome in its place", async () => {
    const busy = { error: { code: 111, message: "too many requests" } };
    const denied = { error: { code: 103, message: "permission denied" } };
    const { outcomes, requests } = await attempt(
      [once, keyed, once],
      [{ replies: [busy, { publish: { offset: 1 } }, denied] }, { result: { offset: 2 } }],
    );
    assert.deepEqual(outcomes.slice(0, 2), [{ result: { offset: 2 } }, { result: { offset: 1 } }]);
    assert.match(failureOf(outcomes[2]).message, /permission denied/);
    assert.deepEqual(requests[1], ["publish", '{"n":1}']);
    const cut = await attempt([once, keyed], [lost, { result: { offset: 9 } }]);
    assert.equal(failureOf(cut.outcomes[0]), lost);
    assert.deepEqual(cut.outcomes[1], { result: { offset: 9 } });
  });

  it("stops at those that only came too fast when others must not wait, and goes on from there", async () => {
    const busy = { error: { code: 111, message: "too many requests" } };
    const down = { error: { code: 300, message: "unavailable" } };
    const answers = [{ replies: [busy, down, { publish: {} }] }, { result: { offset: 1 } }, { result: { offset: 2 } }];
    const early = await attempt([once, keyed, once], answers, {
      way: (attempts, commands) => attempts.untilAnswered(commands),
    });
    assert.match(failureOf(early.outcomes[0]).message, /too many/);
    assert.deepEqual(early.outcomes.slice(1), [{ result: { offset: 1 } }, { result: {} }]);
    const late = await attempt([once], [{ result: { offset: 2 } }], {
      way: (attempts, commands) => attempts.goOn(commands, early.outcomes),
    });
    assert.deepEqual([late.outcomes[0], late.clock.pauses], [{ result: { offset: 2 } }, [100]]);
  });

  it("gives up after its retries, with limits of pauses that double up to the cap", async () => {
    const { outcomes, clock } = await attempt([keyed], [lost, lost, lost, lost]);
    assert.equal(failureOf(outcomes[0]), lost);
    assert.deepEqual(clock.pauses, [100, 200, 250]);
  });

  it("waits at least as long as the answer asks, up to the cap", async () => {
    const later = new UnreachableError("busy", { happened: "no", status: 503, retryAfterMs: 30 });
    const { clock } = await attempt([once], [later, { result: {} }]);
    assert.deepEqual(clock.pauses, [130]);
    const muchLater = new UnreachableError("busy", { happened: "no", status: 503, retryAfterMs: 3_600_000 });
    assert.deepEqual((await attempt([once], [muchLater, { result: {} }])).clock.pauses, [350]);
  });

  it("stops asking when the circuit opens, and still says why it failed first", async () => {
    const { outcomes, requests, circuit } = await attempt([keyed], [lost, lost], { failures: 2 });
    assert.deepEqual([requests.length, circuit.state], [2, "open"]);
    assert.equal(failureOf(outcomes[0]), lost);
    const closed = await attempt([keyed], [new RefusedError(103, "no")], { failures: 1 });
    assert.equal(closed.circuit.state, "closed", "a refusal is an answer");
  });

  it("asks nobody while the circuit is open", async () => {
    const clock = createInstantClock();
    const circuit = createCircuitBreaker({ failures: 1, coolDownMs: 1_000_000 }, clock);
    circuit.failed();
    const attempts = createAttempts({
      circuit,
      clock,
      random: createPlainRandom(),
      retry: { retries: 0, baseMs: 1, capMs: 1 },
      transport: () => assert.fail("asked"),
    });
    const failure = failureOf((await attempts.complete([once]))[0]);
    assert.ok(failure instanceof CircuitOpenError && failure.happened === "no");
  });
});
