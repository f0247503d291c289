import type { Clock } from "../../kit/clock.ts";
import type { Ids } from "../../kit/ids.ts";
import type { Control, ControlMessage } from "../ports/engine.ts";
import { createSurveys, type NodeRef, type Survey } from "./surveys.ts";

/** What a node tells the others about itself. */
export interface NodeInfo extends NodeRef {
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
  /** The longest delay of its event loop in the last ten seconds, in milliseconds. */
  readonly lagMs: number;
  /** It sends its clients away and takes no new ones. */
  readonly draining: boolean;
}

/** Who else is alive, and messages to them. */
export interface Cluster {
  /** This node first. */
  nodes(): readonly NodeInfo[];
  /** Ids of the nodes that are alive, this one included. */
  alive(): readonly string[];
  /** Ids of those that will stay: they do not drain. */
  staying(): readonly string[];
  /** Whether a node of this id is among the others and alive. */
  knows(node: string): boolean;
  /**
   * To one other node, or to all of them; what this node has to do itself is the caller's. Resolves when the engine has
   * taken the message, and rejects when it could not: what is told after that arrives after it.
   */
  tell(message: ControlMessage, node?: string): Promise<void>;
  /** Asks all nodes, this one included. */
  survey<T>(op: string, question: unknown, patienceMs?: number): Promise<Survey<T>>;
  receive(message: ControlMessage, from: string): void;
  /** Tells the others at once how this node is, not only at the next heartbeat. */
  announce(): void;
  start(): void;
  stop(): void;
}

export interface ClusterOptions {
  /** Id of this node. */
  readonly self: string;
  readonly control: Control;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly describe: () => NodeInfo;
  readonly draining: () => boolean;
  readonly answer: (op: string, question: unknown) => unknown;
  /** A message that is not the cluster's own. */
  readonly handle: (message: ControlMessage, from: string) => void;
  /** Other nodes came, left or began to drain. */
  readonly changed: () => void;
  readonly failed: (error: unknown) => void;
}

const HEARTBEAT_MS = 1_000;
/** A node that was silent for so long is gone. */
const FORGET_MS = 5_000;
const SURVEY_MS = 10_000;

export function createCluster(options: ClusterOptions): Cluster {
  const { self, control, clock, draining, failed } = options;
  const others = new Map<string, { info: NodeInfo; seen: number }>();
  const surveys = createSurveys({ ...options, send: (message) => control.send(message) });
  let cancelHeartbeat = (): void => {};
  let lastBeat = clock.monotonic();

  const announce = (node?: string): void => {
    control.send({ kind: "node", info: options.describe() }, node).catch(failed);
  };

  function forget(node: string, silent: boolean): void {
    if (!others.delete(node)) return;
    surveys.gone(node, silent);
    options.changed();
  }

  function heartbeat(): void {
    const now = clock.monotonic();
    // While this node itself stood still it heard nobody: that is no silence of the others.
    const stood = Math.max(0, now - lastBeat - HEARTBEAT_MS);
    lastBeat = now;
    for (const [uid, other] of [...others]) {
      other.seen += stood;
      if (other.seen < now - FORGET_MS) forget(uid, true);
    }
    announce();
  }

  function noteNode(info: NodeInfo): void {
    const known = others.get(info.uid);
    others.set(info.uid, { info, seen: clock.monotonic() });
    // A newcomer learns of this node at once, not only at the next heartbeat.
    if (!known) announce(info.uid);
    if (known?.info.draining !== info.draining) options.changed();
  }

  async function answer({ id, op, question }: ControlMessage, from: string): Promise<void> {
    await control.send({ kind: "answer", id, data: await options.answer(String(op), question) }, from);
  }

  return {
    nodes: () => [options.describe(), ...[...others.values()].map((other) => other.info)],

    alive: () => [self, ...others.keys()],

    staying() {
      const staying = draining() ? [] : [self];
      for (const [uid, { info }] of others) if (!info.draining) staying.push(uid);
      return staying;
    },

    knows: (node) => others.has(node),

    tell: (message, node) => control.send(message, node),

    survey: <T>(op: string, question: unknown, patienceMs = SURVEY_MS) =>
      surveys.ask<T>(
        { op, question, patienceMs },
        options.answer(op, question) as T | Promise<T>,
        [...others.values()].map(({ info: { uid, name } }) => ({ uid, name })),
      ),

    receive(message, from) {
      switch (message.kind) {
        case "node":
          return noteNode(message.info as NodeInfo);
        case "bye":
          return forget(from, false);
        case "survey":
          answer(message, from).catch(failed);
          return;
        case "answer":
          return surveys.note(message, from);
        default:
          options.handle(message, from);
      }
    },

    announce: () => announce(),

    start() {
      lastBeat = clock.monotonic();
      announce();
      cancelHeartbeat = clock.every(HEARTBEAT_MS, heartbeat);
    },

    stop() {
      cancelHeartbeat();
      control.send({ kind: "bye" }).catch(failed);
      surveys.finishAll();
    },
  };
}
