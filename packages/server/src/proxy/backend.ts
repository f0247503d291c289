import { type Asker, DisconnectError, HubError, type HubEvent, type HubListener } from "../hub/index.ts";
import type { Clock } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";
import { BackendFault } from "./backend-fault.ts";
import { createCircuitBreaker } from "./circuit-breaker.ts";
import type { Fields } from "./fields.ts";
import { createPost, type Mailbox } from "./post.ts";
import { createQuestions, type Questions } from "./questions.ts";
import { createHeaders, type ForwardedHeaders } from "./request-headers.ts";
import { createSlots, type Turn } from "./slots.ts";
import { readVerdict } from "./verdict.ts";

/** One place where the application answers. */
export interface BackendOptions extends Mailbox {
  /** For logs and metrics. */
  readonly name: string;
  /** The longest that a question may take, waiting for its turn included. */
  readonly timeoutMs: number;
  readonly headers: ForwardedHeaders;
  /** The connection's `meta` is told. */
  readonly includeMeta: boolean;
  /** Payloads travel as base64. */
  readonly binary: boolean;
  /** Questions at the same time; a few times as many wait. */
  readonly maxConcurrency: number;
  /** So many failures one after the other, and how long it is left alone then; 0 failures for never. */
  readonly breaker: { readonly failures: number; readonly openMs: number };
}

export interface BackendSurroundings {
  readonly clock: Clock;
  readonly log: Log;
  readonly emit: HubListener;
}

type AskedEvent = Extract<HubEvent, { type: "asked" }>;

export interface Asking<Answer> {
  readonly question: AskedEvent["question"];
  readonly asker: Asker;
  readonly write: (questions: Questions) => string;
  /** Throws `BackendFault`. */
  readonly read: (result: Fields) => Answer;
}

export interface Backend {
  /** `undefined`: an answer without a result. Rejects only with what `Application` allows. */
  ask<Answer>(asking: Asking<Answer>): Promise<Answer | undefined>;
}

const WAITING_PER_SLOT = 8;

export function createBackend(options: BackendOptions, { clock, log, emit }: BackendSurroundings): Backend {
  const { name, timeoutMs, maxConcurrency } = options;
  const breaker = createCircuitBreaker({ ...options.breaker, clock });
  const slots = createSlots({ size: maxConcurrency, waiting: WAITING_PER_SLOT * maxConcurrency });
  const post = createPost(options);
  const questions = createQuestions({ binary: options.binary, meta: options.includeMeta });
  const headersFor = createHeaders(options.headers);

  async function inTime<Answer>(asking: Asking<Answer>, turn: Turn): Promise<Answer | undefined> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const abort = new AbortController();
    const disarm = clock.after(timeoutMs, () => {
      reject(new BackendFault("down", `no answer within ${timeoutMs} ms`));
      abort.abort();
    });
    const work = async (): Promise<Answer | undefined> => {
      await turn.come;
      const letter = { body: asking.write(questions), headers: headersFor(asking.asker), signal: abort.signal };
      const result = readVerdict(await post(letter));
      return result && asking.read(result);
    };
    try {
      return await Promise.race([work(), late]);
    } finally {
      disarm();
      turn.leave();
    }
  }

  /** The application has spoken, be it to refuse, unless it is a fault. Returns what the asker is told. */
  function judge(error: unknown, question: AskedEvent["question"]): HubError | DisconnectError {
    const why = error instanceof Error ? error.message : String(error);
    if (error instanceof BackendFault && error.kind === "down") {
      breaker.failed();
      if (breaker.state === "open") log.error("a backend is down and left alone for a while", { backend: name, why });
    } else {
      breaker.succeeded();
    }
    if (error instanceof HubError || error instanceof DisconnectError) return error;
    log.warn("a backend gave no usable answer", { backend: name, question, why });
    return new HubError("internal");
  }

  return {
    async ask(asking) {
      const { question } = asking;
      const started = clock.monotonic();
      const tell = (outcome: AskedEvent["outcome"]): void =>
        emit({ type: "asked", question, backend: name, durationMs: clock.monotonic() - started, outcome });
      if (!breaker.admits()) {
        tell("spared");
        throw new HubError("internal");
      }
      const turn = slots.enter();
      if (!turn) {
        breaker.withdrawn();
        tell("spared");
        throw new HubError("tooManyRequests", "the application has enough to do");
      }
      try {
        const answer = await inTime(asking, turn);
        breaker.succeeded();
        tell("answered");
        return answer;
      } catch (error) {
        const told = judge(error, question);
        tell(told === error ? "answered" : "failed");
        throw told;
      }
    },
  };
}
