import { readEnvironment } from "../config/environment.ts";
import { type Clock, systemClock } from "../kit/clock.ts";
import { type Random, systemRandom } from "../kit/random.ts";
import { type Command, createAttempts, type Outcome, type RetryOptions } from "./attempts.ts";
import { baseUrl } from "./base-url.ts";
import { type CircuitOptions, type CircuitState, createCircuitBreaker } from "./circuit-breaker.ts";
import type { BroadcastResult, MethodName, PublishOptions, PublishResult, RequestOf, ResultOf } from "./methods.ts";
import { createPublishQueue, type QueueOptions } from "./publish-queue.ts";
import { createTransport, type Fetch } from "./transport.ts";

export interface ServerApiOptions {
  /** Where the hub answers, such as `http://localhost:8000`. Absent: `CENTRIFUGO_URL` of the environment. */
  readonly url?: string;
  /** The API key. Absent: `CENTRIFUGO_TOKEN` of the environment. */
  readonly key?: string;
  /** The tenant that requests are about unless they name one; only for keys of the platform. */
  readonly tenant?: string;
  /** How long one attempt may take; 5,000. */
  readonly timeoutMs?: number;
  /** 3 retries, pauses of at most 100 ms doubling up to 5,000. */
  readonly retry?: Partial<RetryOptions>;
  /**
   * Gives publications a key by which the hub publishes them once however often they are sent; true. With false they cost
   * the hub less, and those without a key of their own are not tried again when nobody knows whether they arrived.
   */
  readonly idempotencyKeys?: boolean;
  /** No window, 100 publications or 512 Ki characters a request, 10,000 waiting. */
  readonly batching?: Partial<QueueOptions>;
  /** Opens after 10 attempts in a row without an answer, and asks again after 5,000 ms. */
  readonly circuit?: Partial<CircuitOptions>;
  /** Requests of at least so many characters travel as gzip. Absent: none. */
  readonly gzipFrom?: number;
  readonly fetch?: Fetch;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** Every method of the hub's server API. What fails rejects with an `ApiFailure`. */
export interface ServerApi {
  /** Publishes `data`, whole: an array is one publication. Calls under way at the same time share requests, in their order. */
  publish(channel: string, data: unknown, options?: PublishOptions): Promise<PublishResult>;
  /** Publishes the same into many channels; each has a response of its own. */
  broadcast(channels: readonly string[], data: unknown, options?: PublishOptions): Promise<BroadcastResult>;
  /** Any method, under the name that it has in the API. */
  call<M extends MethodName>(method: M, request: RequestOf<M>): Promise<ResultOf<M>>;
  /** Several methods in one request, carried out in their order. Never rejects: each command has an outcome of its own. */
  batch<const C extends readonly BatchCommand[]>(commands: C): Promise<BatchOutcomes<C>>;
  /** Resolves when every publication so far has been answered or has failed; for the end of a process. */
  flush(): Promise<void>;
  /** Whether the hub is being asked at all. */
  readonly circuit: CircuitState;
}

/** One method by its name, with its request. */
export type BatchCommand = { [M in MethodName]: { readonly [K in M]: RequestOf<M> } }[MethodName];

/** For each command its result, or why there is none. */
export type BatchOutcomes<C extends readonly BatchCommand[]> = { readonly [I in keyof C]: OutcomeOf<C[I]> };

type OutcomeOf<C> = {
  [M in MethodName]: C extends { readonly [K in M]: unknown }
    ? { readonly result: ResultOf<M>; readonly failure?: never } | Failed
    : never;
}[MethodName];

type Failed = Extract<Outcome, { readonly failure: unknown }> & { readonly result?: never };

/** A client of the server API, over `fetch` alone. */
export function createServerApi(options: ServerApiOptions = {}): ServerApi {
  const { clock = systemClock, random = systemRandom, idempotencyKeys = true, tenant } = options;
  const circuit = createCircuitBreaker({ failures: 10, coolDownMs: 5000, ...options.circuit }, clock);
  const transport = createTransport({
    ...addressOf(options),
    timeoutMs: options.timeoutMs ?? 5000,
    gzipFrom: options.gzipFrom ?? Number.POSITIVE_INFINITY,
    fetch: options.fetch ?? ((url, request) => fetch(url, request)),
    clock,
  });
  const retry = { retries: 3, baseMs: 100, capMs: 5000, ...options.retry };
  const attempts = createAttempts({ transport, circuit, retry, clock, random });
  const limits = { windowMs: 0, maxCommands: 100, maxChars: 512 * 1024, maxWaiting: 10_000, ...options.batching };
  const queue = createPublishQueue(attempts, limits, clock);

  function commandOf(method: MethodName, given: object): Command {
    const keyed = idempotencyKeys && isPublishing(method) ? { idempotency_key: random.uuid() } : {};
    const request = { ...(tenant === undefined ? {} : { tenant }), ...keyed, ...given };
    return { method, text: JSON.stringify(request), repeatable: isRepeatable(method, request) };
  }

  async function call<M extends MethodName>(method: M, request: RequestOf<M>): Promise<ResultOf<M>> {
    const command = commandOf(method, request);
    const outcome = isPublishing(method) ? await queue.add(command) : (await attempts.complete([command]))[0];
    return resultOf(outcome) as ResultOf<M>;
  }

  return {
    publish: (channel, data, more) => call("publish", { ...more, channel, data }),
    broadcast: (channels, data, more) => call("broadcast", { ...more, channels, data }),
    call,
    async batch<const C extends readonly BatchCommand[]>(commands: C) {
      const each = commands.flatMap((command) => Object.entries(command));
      const outcomes = await attempts.complete(
        each.map(([method, request]) => commandOf(method as MethodName, request)),
      );
      return outcomes as BatchOutcomes<C>;
    },
    flush: () => queue.flush(),
    get circuit() {
      return circuit.state;
    },
  };
}

function addressOf(options: ServerApiOptions): { readonly base: string; readonly key: string } {
  const environment = readEnvironment();
  const url = options.url ?? environment.url;
  const key = options.key ?? environment.key;
  if (!url) throw new TypeError("where is the hub? Give `url`, or set CENTRIFUGO_URL");
  if (!key) throw new TypeError("the server API takes a key: give `key`, or set CENTRIFUGO_TOKEN");
  return { base: baseUrl(url), key };
}

function resultOf(outcome: Outcome | undefined): unknown {
  if (outcome && "failure" in outcome) throw outcome.failure;
  return outcome?.result;
}

const isPublishing = (method: MethodName): boolean => method === "publish" || method === "broadcast";

/** Not among them: what would undo something that happened between two attempts. */
const harmlessTwice: ReadonlySet<MethodName> = new Set<MethodName>([
  "presence",
  "presence_stats",
  "history",
  "channels",
  "info",
  "connections",
  "schemas",
  "subscribe",
  "block_user",
  "unblock_user",
  "revoke_token",
]);

function isRepeatable(method: MethodName, request: { idempotency_key?: string; issued_before?: number }): boolean {
  if (isPublishing(method)) return Boolean(request.idempotency_key);
  if (method === "invalidate_user_tokens") return Boolean(request.issued_before);
  return harmlessTwice.has(method);
}
