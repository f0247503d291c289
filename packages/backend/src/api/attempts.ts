import { type Clock, pause } from "../kit/clock.ts";
import type { Random } from "../kit/random.ts";
import type { CircuitBreaker } from "./circuit-breaker.ts";
import { type ApiFailure, CircuitOpenError, RefusedError, UnreachableError } from "./failure.ts";
import type { ErrorReply } from "./methods.ts";
import type { ReplyBody, Transport } from "./transport.ts";

/** A method with its request, as JSON text. */
export interface Command {
  readonly method: string;
  readonly text: string;
  /** Doing it twice does what doing it once does. */
  readonly repeatable: boolean;
}

export type Outcome = { readonly result: unknown } | { readonly failure: ApiFailure };

export interface RetryOptions {
  /** Attempts after the first one. */
  readonly retries: number;
  /** The longest pause before the first retry; it doubles with each further one. */
  readonly baseMs: number;
  readonly capMs: number;
}

export interface AttemptsOptions {
  readonly transport: Transport;
  readonly circuit: CircuitBreaker;
  readonly retry: RetryOptions;
  readonly clock: Clock;
  readonly random: Random;
}

/** Carries commands out in one request. Outcomes are in the order of the commands, and nothing here rejects. */
export interface Attempts {
  /** Tries again what may be tried again. */
  complete(commands: readonly Command[]): Promise<readonly Outcome[]>;
  /** The same, but not for those that only came too fast: somebody else's publications need not wait for them. */
  untilAnswered(commands: readonly Command[]): Promise<readonly Outcome[]>;
  /** Goes on from these outcomes, after a pause. */
  goOn(commands: readonly Command[], outcomes: readonly Outcome[]): Promise<readonly Outcome[]>;
}

/**
 * A command is tried again when it has certainly not happened, or when repeating it does no harm. Pauses are random between
 * nothing and a limit that doubles, so that many callers do not come back together.
 */
export function createAttempts({ transport, circuit, retry, clock, random }: AttemptsOptions): Attempts {
  async function once(commands: readonly Command[]): Promise<readonly Outcome[]> {
    if (!circuit.enter()) {
      const failure = new CircuitOpenError("the hub did not answer several times in a row; it is asked again shortly");
      return commands.map(() => ({ failure }));
    }
    try {
      const outcomes = outcomesOf(await transport(...requestOf(commands)), commands);
      circuit.succeeded();
      return outcomes;
    } catch (error) {
      if (error instanceof RefusedError) circuit.succeeded();
      else circuit.failed();
      const failure = failureOf(error);
      return commands.map(() => ({ failure }));
    }
  }

  async function repeat(
    commands: readonly Command[],
    before: readonly Outcome[],
    wanted: (command: Command, outcome: Outcome) => boolean,
  ): Promise<readonly Outcome[]> {
    const outcomes = [...before];
    for (let attempt = 0; attempt < retry.retries; attempt++) {
      const again = commands.flatMap((command, index) => {
        const outcome = outcomes[index];
        return outcome && wanted(command, outcome) ? [{ command, index, asked: askedPause(outcome) }] : [];
      });
      if (again.length === 0) break;
      const asked = Math.max(...again.map((each) => each.asked));
      const limit = Math.min(retry.capMs, retry.baseMs * 2 ** attempt);
      await pause(clock, Math.min(asked, retry.capMs) + random.fraction() * limit);
      const answers = await once(again.map(({ command }) => command));
      again.forEach(({ index }, position) => {
        const answer = answers[position];
        // What was not asked has not changed: the earlier failure says more.
        if (answer && !("failure" in answer && answer.failure instanceof CircuitOpenError)) outcomes[index] = answer;
      });
    }
    return outcomes;
  }

  return {
    complete: async (commands) => (commands.length === 0 ? [] : repeat(commands, await once(commands), mayRepeat)),
    untilAnswered: async (commands) =>
      repeat(
        commands,
        await once(commands),
        (command, outcome) => mayRepeat(command, outcome) && !cameTooFast(outcome),
      ),
    goOn: (commands, outcomes) => repeat(commands, outcomes, mayRepeat),
  };
}

/** The hub will take it a little later. */
export const cameTooFast = (outcome: Outcome): boolean =>
  "failure" in outcome && outcome.failure instanceof RefusedError && outcome.failure.reason === "tooManyRequests";

function mayRepeat({ repeatable }: Command, outcome: Outcome): boolean {
  if (!("failure" in outcome)) return false;
  const { failure } = outcome;
  if (failure instanceof RefusedError) {
    if (failure.reason === "tooManyRequests" || failure.reason === "unavailable") return true;
    return failure.happened === "unknown" && repeatable;
  }
  if (!(failure instanceof UnreachableError)) return false;
  const turnedAway = failure.status !== undefined && failure.status < 500 && failure.status !== 429;
  return !turnedAway && (failure.happened === "no" || repeatable);
}

const askedPause = (outcome: Outcome): number =>
  "failure" in outcome && outcome.failure instanceof UnreachableError ? outcome.failure.retryAfterMs : 0;

const failureOf = (error: unknown): ApiFailure =>
  error instanceof RefusedError || error instanceof UnreachableError
    ? error
    : new UnreachableError(`the request failed: ${String(error)}`, { happened: "unknown", cause: error });

/** One command goes to its own method, several to `batch`, which carries them out in their order. */
function requestOf(commands: readonly Command[]): [method: string, body: string] {
  const [only] = commands;
  if (only && commands.length === 1) return [only.method, only.text];
  return ["batch", `{"commands":[${commands.map(({ method, text }) => `{"${method}":${text}}`).join(",")}]}`];
}

function outcomesOf({ result, replies }: ReplyBody, commands: readonly Command[]): readonly Outcome[] {
  if (commands.length === 1) return [{ result }];
  const answers: readonly unknown[] = Array.isArray(replies) ? replies : [];
  return commands.map(({ method }, index) => outcomeOf(answers[index], method));
}

function outcomeOf(answer: unknown, method: string): Outcome {
  const reply = (answer ?? {}) as { readonly error?: ErrorReply } & Readonly<Record<string, unknown>>;
  if (reply.error) return { failure: new RefusedError(reply.error.code, reply.error.message) };
  if (method in reply) return { result: reply[method] };
  return { failure: new UnreachableError("the answer misses a reply", { happened: "unknown" }) };
}
