import type { Clock } from "../../kit/clock.ts";
import type { Keys } from "./keys.ts";
import type { Link, Partition, Reply } from "./link.ts";
import { nodes as nodesScript } from "./scripts.ts";

export interface NodesOptions {
  readonly link: Link;
  readonly keys: Keys;
  readonly clock: Clock;
}

/** Which nodes are alive, as far as Redis knows. */
export interface Nodes {
  /** Says at once, and from now on every second, that `node` is alive. */
  start(node: string): Promise<void>;
  /** The other nodes learn of it within seconds. */
  stop(): void;
  /** Whether a node is alive; asks Redis when it is not known. */
  areAlive(names: Iterable<string>): Promise<ReadonlySet<string>>;
}

const BEAT_MS = 1_000;
/** A node that was silent for this long is dead. */
const ALIVE_MS = 5_000;
/** After a silence of our own, others have had as little opportunity to say that they are alive. */
const BEATS_OF_GRACE = 3;

export function createNodes({ link, keys, clock }: NodesOptions): Nodes {
  let own = "";
  let alive: ReadonlySet<string> = new Set();
  let grace = 0;
  let endBeat = (): void => {};
  let asking: Promise<void> | undefined;

  async function beatOn(partition: Partition): Promise<readonly string[]> {
    const reply = await partition.send({ script: nodesScript, keys: [keys.nodes(partition)], args: [own, ALIVE_MS] });
    return (reply as readonly Reply[]).map(String);
  }

  /** One that reaches only some of several Redis is alive. */
  async function beat(): Promise<void> {
    const answers = await Promise.allSettled(link.control.map(beatOn));
    const heard = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
    if (answers.some((answer) => answer.status === "rejected")) {
      grace = BEATS_OF_GRACE;
      alive = new Set([...alive, ...heard]);
      const failure = answers.find((answer) => answer.status === "rejected");
      if (heard.length === 0 && failure) throw failure.reason;
      return;
    }
    alive = new Set(grace > 0 ? [...alive, ...heard] : heard);
    grace = Math.max(0, grace - 1);
  }

  /** One question at a time, which all who ask meanwhile share: it may have been sent before they asked, so once more. */
  async function askAgain(): Promise<void> {
    if (asking) await asking.catch(() => {});
    asking ??= beat().finally(() => {
      asking = undefined;
    });
    await asking;
  }

  return {
    async start(node) {
      own = node;
      await beat();
      endBeat = clock.every(BEAT_MS, () => void askAgain().catch(() => {}));
    },
    stop() {
      endBeat();
    },
    async areAlive(names) {
      for (const name of names) {
        if (alive.has(name)) continue;
        await askAgain();
        break;
      }
      return alive;
    },
  };
}
