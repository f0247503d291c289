import type { Clock } from "../../kit/clock.ts";
import type { Ids } from "../../kit/ids.ts";
import type { Control, ControlMessage } from "../ports/engine.ts";
import { createSurveys, type NodeRef, type Survey, type Surveys } from "./surveys.ts";

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

interface Other {
  info: NodeInfo;
  seen: number;
}

export const createCluster = (options: ClusterOptions): Cluster => new HeardCluster(options);

class HeardCluster implements Cluster {
  readonly #options: ClusterOptions;
  readonly #others = new Map<string, Other>();
  readonly #surveys: Surveys;
  #cancelHeartbeat = (): void => {};
  #lastBeat = 0;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.#surveys = createSurveys({ ...options, send: (message) => options.control.send(message) });
  }

  nodes(): readonly NodeInfo[] {
    return [this.#options.describe(), ...[...this.#others.values()].map(({ info }) => info)];
  }

  alive(): readonly string[] {
    return [this.#options.self, ...this.#others.keys()];
  }

  staying(): readonly string[] {
    const staying = this.#options.draining() ? [] : [this.#options.self];
    for (const [uid, { info }] of this.#others) if (!info.draining) staying.push(uid);
    return staying;
  }

  knows(node: string): boolean {
    return this.#others.has(node);
  }

  tell(message: ControlMessage, node?: string): Promise<void> {
    return this.#options.control.send(message, node);
  }

  survey<T>(op: string, question: unknown, patienceMs: number = SURVEY_MS): Promise<Survey<T>> {
    const own = this.#options.answer(op, question) as T | Promise<T>;
    const others = [...this.#others.values()].map(({ info: { uid, name } }) => ({ uid, name }));
    return this.#surveys.ask<T>({ op, question, patienceMs }, own, others);
  }

  receive(message: ControlMessage, from: string): void {
    switch (message.kind) {
      case "node":
        this.#note(message.info as NodeInfo);
        break;
      case "bye":
        this.#forget(from, false);
        break;
      case "survey":
        this.#answer(message, from).catch(this.#options.failed);
        break;
      case "answer":
        this.#surveys.note(message, from);
        break;
      default:
        this.#options.handle(message, from);
    }
  }

  announce(node?: string): void {
    this.tell({ kind: "node", info: this.#options.describe() }, node).catch(this.#options.failed);
  }

  start(): void {
    const { clock } = this.#options;
    this.#lastBeat = clock.monotonic();
    this.announce();
    this.#cancelHeartbeat = clock.every(HEARTBEAT_MS, () => this.#heartbeat());
  }

  stop(): void {
    this.#cancelHeartbeat();
    this.tell({ kind: "bye" }).catch(this.#options.failed);
    this.#surveys.finishAll();
  }

  #heartbeat(): void {
    const now = this.#options.clock.monotonic();
    // While this node itself stood still it heard nobody: that is no silence of the others.
    const stood = Math.max(0, now - this.#lastBeat - HEARTBEAT_MS);
    this.#lastBeat = now;
    for (const [uid, other] of [...this.#others]) {
      other.seen += stood;
      if (other.seen < now - FORGET_MS) this.#forget(uid, true);
    }
    this.announce();
  }

  #note(info: NodeInfo): void {
    const known = this.#others.get(info.uid);
    this.#others.set(info.uid, { info, seen: this.#options.clock.monotonic() });
    // A newcomer learns of this node at once, not only at the next heartbeat.
    if (!known) this.announce(info.uid);
    if (known?.info.draining !== info.draining) this.#options.changed();
  }

  #forget(node: string, silent: boolean): void {
    if (!this.#others.delete(node)) return;
    this.#surveys.gone(node, silent);
    this.#options.changed();
  }

  async #answer({ id, op, question }: ControlMessage, from: string): Promise<void> {
    await this.tell({ kind: "answer", id, data: await this.#options.answer(String(op), question) }, from);
  }
}
