import {
  type Application,
  type Asked,
  type ConnectAnswer,
  type ConnectQuestion,
  DisconnectError,
  HubError,
  type HubEvent,
  type Payload,
  type PublishAnswer,
  type PublishQuestion,
  type RefreshAnswer,
  type RefreshQuestion,
  type RpcQuestion,
  type SubRefreshAnswer,
  type SubRefreshQuestion,
  type SubscribeGrant,
  type SubscribeQuestion,
} from "../hub/index.ts";
import type { BackendSurroundings } from "./backend.ts";

/** With every payload as a JSON value or bytes, and nothing that must be said. */
type Spoken<Answer> = {
  readonly [Name in keyof Answer]?: Name extends "info" | "data" ? unknown : Answer[Name];
};

export type SubscribeDecision = Spoken<SubscribeGrant>;
export type PublishDecision = Spoken<PublishAnswer>;
export type SubRefreshDecision = Spoken<SubRefreshAnswer>;
export interface RefreshDecision extends SubRefreshDecision {
  readonly meta?: object;
}
export interface ConnectDecision extends Omit<Spoken<ConnectAnswer>, "meta" | "subscriptions"> {
  readonly meta?: object;
  /** Server-side subscriptions by channel name. */
  readonly subscriptions?: Readonly<Record<string, SubscribeDecision>>;
}

/**
 * `undefined`, returned at once, leaves the question to the backends and options of the configuration. A promise is an
 * answer: when it resolves to `undefined` nothing is granted.
 */
export type Decided<Decision> = Decision | undefined | Promise<Decision | undefined>;

/**
 * The questions of the hub to the application that it is part of, with the meaning of the HTTP proxies. A handler refuses
 * with a `HubError` or a `DisconnectError`; anything else that it throws is an internal error to the client.
 */
export interface ApplicationHandlers {
  /** Names of request headers that the questions carry. */
  readonly headers?: readonly string[];
  onConnect?(question: ConnectQuestion): Decided<ConnectDecision>;
  onRefresh?(question: RefreshQuestion): Decided<RefreshDecision>;
  onSubscribe?(question: SubscribeQuestion): Decided<SubscribeDecision>;
  onSubRefresh?(question: SubRefreshQuestion): Decided<SubRefreshDecision>;
  onPublish?(question: PublishQuestion): Decided<PublishDecision>;
  /** Any JSON value, or bytes. */
  onRpc?(question: RpcQuestion): unknown;
}

/** A promise that never settles must not hold a connection for ever. */
const LIMIT_MS = 30_000;

/** Asks the handlers first, and `next` what they leave to others. */
export function createHandled(
  handlers: ApplicationHandlers,
  next: Application,
  surroundings: BackendSurroundings,
): Application {
  const ask = createAsk(surroundings);
  const { onConnect, onRefresh, onSubscribe, onSubRefresh, onPublish, onRpc } = handlers;
  return {
    ...next,
    ...(onConnect && {
      connect: (question) =>
        ask("connect", () => onConnect.call(handlers, question), toConnect) ?? next.connect?.(question),
    }),
    ...(onRefresh && {
      refresh: (question) =>
        ask("refresh", () => onRefresh.call(handlers, question), toRefresh) ?? next.refresh?.(question),
    }),
    ...(onSubscribe && {
      subscribe: (question) =>
        ask("subscribe", () => onSubscribe.call(handlers, question), toGrant) ?? next.subscribe?.(question),
    }),
    ...(onSubRefresh && {
      refreshesIn: () => true,
      subRefresh: (question) =>
        ask("sub_refresh", () => onSubRefresh.call(handlers, question), toSubRefresh) ?? next.subRefresh?.(question),
    }),
    ...(onPublish && {
      publish: (question) =>
        ask("publish", () => onPublish.call(handlers, question), withPayloads) ?? next.publish?.(question),
    }),
    ...(onRpc && {
      rpc: (question) => ask("rpc", () => onRpc.call(handlers, question), payloadOf) ?? next.rpc?.(question),
    }),
  };
}

type Question = Extract<HubEvent, { type: "asked" }>["question"];
type Ask = <Decision, Answer>(
  question: Question,
  decide: () => Decided<Decision>,
  read: (decision: Decision) => Answer,
) => Asked<Answer>;

function createAsk({ clock, log, emit }: BackendSurroundings): Ask {
  async function within<T>(work: Promise<T>): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const disarm = clock.after(LIMIT_MS, () => reject(new Error(`no answer within ${LIMIT_MS} ms`)));
    try {
      return await Promise.race([work, late]);
    } finally {
      disarm();
    }
  }

  async function settle<Answer>(question: Question, work: Promise<Answer>): Promise<Answer> {
    const started = clock.monotonic();
    const tell = (outcome: "answered" | "failed"): void =>
      emit({ type: "asked", question, backend: "", durationMs: clock.monotonic() - started, outcome });
    try {
      const answer = await within(work);
      tell("answered");
      return answer;
    } catch (error) {
      const spoken = error instanceof HubError || error instanceof DisconnectError;
      tell(spoken ? "answered" : "failed");
      if (spoken) throw error;
      log.error("a handler of the application failed", { question, error });
      throw new HubError("internal");
    }
  }

  return (question, decide, read) => {
    let decided: ReturnType<typeof decide>;
    try {
      decided = decide();
    } catch (error) {
      decided = Promise.reject(error);
    }
    if (decided === undefined) return undefined;
    return settle(
      question,
      Promise.resolve(decided).then((decision) => (decision === undefined ? undefined : read(decision))),
    );
  };
}

/** Bytes stay bytes; anything else is JSON. */
const payloadOf = (value: unknown): Payload =>
  value instanceof Uint8Array ? value : (JSON.stringify(value) ?? "null");

type Payloads = { readonly info?: unknown; readonly data?: unknown };

/** The same with `info` and `data` as payloads. */
function withPayloads<D extends Payloads>({ info, data, ...rest }: D): Omit<D, keyof Payloads> & Spelled {
  return {
    ...rest,
    ...(info === undefined ? {} : { info: payloadOf(info) }),
    ...(data === undefined ? {} : { data: payloadOf(data) }),
  };
}

interface Spelled {
  readonly info?: Payload;
  readonly data?: Payload;
}

const toGrant = (decision: SubscribeDecision): SubscribeGrant => ({ expireAt: 0, ...withPayloads(decision) });

const toSubRefresh = (decision: SubRefreshDecision): SubRefreshAnswer => ({
  expired: false,
  expireAt: 0,
  ...withPayloads(decision),
});

const toRefresh = ({ meta, ...decision }: RefreshDecision): RefreshAnswer => ({
  ...toSubRefresh(decision),
  ...(meta === undefined ? {} : { meta: JSON.stringify(meta) }),
});

const toConnect = ({ meta, subscriptions = {}, ...decision }: ConnectDecision): ConnectAnswer => ({
  user: "",
  expireAt: 0,
  ...withPayloads(decision),
  ...(meta === undefined ? {} : { meta: JSON.stringify(meta) }),
  subscriptions: new Map(Object.entries(subscriptions).map(([name, each]) => [name, toGrant(each)])),
});
