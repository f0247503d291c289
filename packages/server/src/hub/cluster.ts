import type { Clock } from "../kit/clock.ts";
import type { Ids } from "../kit/ids.ts";
import type { Control, ControlMessage } from "./ports/engine.ts";

/** What a node tells the others about itself. */
export interface NodeInfo {
  readonly uid: string;
  readonly name: string;
  readonly version: string;
  readonly clients: number;
  readonly users: number;
  readonly subscriptions: number;
  readonly channels: number;
  /** Seconds. */
  readonly uptime: number;
  readonly rssBytes: number;
  /** Share of one core since the last heartbeat, in percent. */
  readonly cpuPercent: number;
}

/** Collected answers. `missing` names the nodes that did not answer in time: the result is then partial. */
export interface Survey<T> {
  readonly answers: readonly T[];
  readonly missing: readonly string[];
}

/** Who else is alive, and messages to them. */
export interface Cluster {
  /** This node first. */
  nodes(): readonly NodeInfo[];
  /** Whether a node of this id is among the others and alive. */
  knows(node: string): boolean;
  /** To one other node, or to all of them; what this node has to do itself is the caller's. */
  tell(message: ControlMessage, node?: string): void;
  /** Asks all nodes, this one included. */
  survey<T>(op: string, question: unknown): Promise<Survey<T>>;
  receive(message: ControlMessage, from: string): void;
  start(): void;
  stop(): void;
}

export interface ClusterOptions {
  readonly control: Control;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly describe: () => NodeInfo;
  readonly answer: (op: string, question: unknown) => unknown;
  /** A message that is not the cluster's own. */
  readonly handle: (message: ControlMessage) => void;
  readonly failed: (error: unknown) => void;
}

const HEARTBEAT_MS = 3_000;
const FORGET_MS = 9_000;
const SURVEY_MS = 10_000;

interface OpenSurvey {
  readonly expected: Set<string>;
  readonly answers: unknown[];
  readonly finish: () => void;
}

/** Questions that wait for answers. */
class Surveys {
  readonly #clock: Clock;
  readonly #open = new Map<string, OpenSurvey>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when all nodes have answered, or the time is up. */
  open<T>(id: string, nodes: Iterable<string>, own: T): Promise<Survey<T>> {
    return new Promise((resolve) => {
      const finish = (): void => {
        cancel();
        this.#open.delete(id);
        resolve({ answers: survey.answers as T[], missing: [...survey.expected] });
      };
      const cancel = this.#clock.after(SURVEY_MS, finish);
      const survey: OpenSurvey = { expected: new Set(nodes), answers: [own], finish };
      this.#open.set(id, survey);
    });
  }

  note(id: string, from: string, data: unknown): void {
    const survey = this.#open.get(id);
    if (!survey?.expected.delete(from)) return;
    survey.answers.push(data);
    if (survey.expected.size === 0) survey.finish();
  }

  finishAll(): void {
    for (const survey of [...this.#open.values()]) survey.finish();
  }
}

export function createCluster(options: ClusterOptions): Cluster {
  const { control, clock } = options;
  const others = new Map<string, { info: NodeInfo; seen: number }>();
  const surveys = new Surveys(clock);
  let cancelHeartbeat = (): void => {};

  const send = (message: ControlMessage, to?: string): void => {
    control.send(message, to).catch(options.failed);
  };
  const heartbeat = (): void => {
    const oldest = clock.monotonic() - FORGET_MS;
    for (const [uid, other] of others) if (other.seen < oldest) others.delete(uid);
    send({ kind: "node", info: options.describe() });
  };

  function noteNode(info: NodeInfo): void {
    const known = others.has(info.uid);
    others.set(info.uid, { info, seen: clock.monotonic() });
    // A newcomer learns of this node at once, not only at the next heartbeat.
    if (!known) send({ kind: "node", info: options.describe() }, info.uid);
  }

  function ask<T>(op: string, question: unknown): Promise<Survey<T>> {
    const own = options.answer(op, question);
    if (others.size === 0) return Promise.resolve({ answers: [own as T], missing: [] });
    const id = options.ids.uuid();
    const answered = surveys.open(id, others.keys(), own as T);
    send({ kind: "survey", id, op, question });
    return answered;
  }

  return {
    nodes: () => [options.describe(), ...[...others.values()].map((other) => other.info)],

    knows: (node) => others.has(node),

    tell: send,

    survey: ask,

    receive(message, from) {
      switch (message.kind) {
        case "node":
          return noteNode(message.info as NodeInfo);
        case "bye":
          others.delete(from);
          return;
        case "survey":
          return send(
            { kind: "answer", id: message.id, data: options.answer(String(message.op), message.question) },
            from,
          );
        case "answer":
          return surveys.note(String(message.id), from, message.data);
        default:
          options.handle(message);
      }
    },

    start() {
      heartbeat();
      cancelHeartbeat = clock.every(HEARTBEAT_MS, heartbeat);
    },

    stop() {
      cancelHeartbeat();
      send({ kind: "bye" });
      surveys.finishAll();
    },
  };
}
