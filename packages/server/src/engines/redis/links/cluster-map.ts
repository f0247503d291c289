import { NotSent, type Reply } from "../link.ts";
import { type ClusterNode, openClusterNode } from "./cluster-node.ts";
import type { ConnectionOptions } from "./connection.ts";
import type { Line } from "./line.ts";
import { type Endpoint, nameOf, type Redirection, readSlots } from "./slot-owners.ts";

export interface ClusterMapOptions extends ConnectionOptions {
  readonly seeds: readonly Endpoint[];
  /** Of whose owners it keeps track. */
  readonly slots: readonly number[];
}

export interface ClusterMapEvents {
  message(channel: string, payload: Buffer, line: Line): void;
  /** Slots have other owners, or these work or no longer do. */
  changed(): void;
  /** Redis ended subscriptions of this line, and it is not known which. */
  doubtful(line: Line): void;
}

/** A planned move is heard of at once; this finds what was not told. */
const LOOK_MS = 1_000;
/** Time for the nodes of the Cluster to hear of a change from each other, and for us not to ask all at once. */
const [SOON_MS, SPREAD_MS] = [20, 130];
/** How long a master without slots of ours is kept: answers may be on their way. */
const LINGER_MS = 5_000;
const PATIENCE_MS = 8_000;

/** Which master has which slot, and the connections to them. It asks one of the nodes, each time another one. */
export class ClusterMap {
  readonly #options: ClusterMapOptions;
  readonly #events: ClusterMapEvents;
  readonly #nodes = new Map<string, ClusterNode>();
  readonly #owners = new Map<number, Endpoint>();
  /** Since when a node has had no slot of ours. */
  readonly #idle = new Map<string, number>();
  readonly #doubtful = new Set<ClusterNode>();
  /** Nodes that would know, should no master answer. */
  #known: readonly Endpoint[];
  #turn = 0;
  #lookingSoon = false;
  #closed = false;
  #endLooking = (): void => {};
  #failed: (reason: unknown, hopeless?: boolean) => void = () => {};
  #opened = (): void => {};

  constructor(options: ClusterMapOptions, events: ClusterMapEvents) {
    this.#options = options;
    this.#events = events;
    this.#known = options.seeds;
  }

  /** Resolves when every slot has an owner that works. */
  open(): Promise<void> {
    const { clock, name } = this.#options;
    return new Promise((resolve, reject) => {
      let reason: unknown = new Error(`Redis Cluster at ${name}: not every slot has a master that answers`);
      const cancel = clock.after(PATIENCE_MS, () => reject(reason));
      this.#opened = () => {
        cancel();
        resolve();
      };
      this.#failed = (error, hopeless = this.#nodes.size === 0) => {
        reason = error;
        // While another node may still answer, one that does not is no reason to give up.
        if (!hopeless) return;
        cancel();
        reject(error);
      };
      for (const seed of this.#known) this.nodeAt(seed);
      this.#endLooking = clock.every(LOOK_MS, () => this.#look());
    });
  }

  close(): void {
    this.#closed = true;
    this.#endLooking();
    for (const node of this.#nodes.values()) node.close();
    this.#nodes.clear();
    this.#owners.clear();
  }

  ownerOf(slot: number): ClusterNode | undefined {
    const owner = this.#owners.get(slot);
    return owner && this.#nodes.get(nameOf(owner));
  }

  /** The connections to this node, which are opened when there are none. */
  nodeAt(endpoint: Endpoint): ClusterNode {
    const name = nameOf(endpoint);
    const known = this.#nodes.get(name);
    if (known) return known;
    if (this.#closed) throw new NotSent(`the connection to Redis Cluster at ${this.#options.name} was closed`);
    const node: ClusterNode = openClusterNode(endpoint, this.#options, {
      message: (channel, payload) => this.#events.message(channel, payload, node.line),
      changed: () => this.#changed(),
      moved: () => {
        this.#doubtful.add(node);
        this.lookSoon();
      },
    });
    this.#nodes.set(name, node);
    node.opened.then(
      () => this.#look(),
      (error: unknown) => {
        if (this.#nodes.get(name) === node) this.#nodes.delete(name);
        this.#failed(error);
        this.lookSoon();
      },
    );
    return node;
  }

  /** A master has said that the slot is elsewhere. */
  learn({ slot, to }: Redirection): void {
    if (this.#closed) return;
    this.#owners.set(slot, to);
    this.nodeAt(to);
    this.#events.changed();
    this.lookSoon();
  }

  lookSoon(): void {
    if (this.#lookingSoon || this.#closed) return;
    this.#lookingSoon = true;
    const { clock, ids } = this.#options;
    clock.after(SOON_MS + SPREAD_MS * ids.fraction(), () => {
      this.#lookingSoon = false;
      this.#look();
    });
  }

  #changed(): void {
    if (this.#closed) return;
    this.#events.changed();
    this.lookSoon();
    this.#checkOpened();
  }

  #checkOpened(): void {
    const works = (slot: number): boolean => {
      const owner = this.ownerOf(slot);
      return owner?.commands.isUp === true && owner.line.isUp;
    };
    if (this.#options.slots.every(works)) this.#opened();
  }

  #look(): void {
    if (this.#closed) return;
    const working = [...this.#nodes.values()].filter(({ commands }) => commands.isUp);
    const node = working[this.#turn++ % Math.max(1, working.length)];
    if (!node) {
      const stranger = this.#known[this.#turn % this.#known.length];
      if (stranger) this.nodeAt(stranger);
      return;
    }
    node.commands.send({ name: "CLUSTER", args: ["SLOTS"] }).then(
      (reply) => this.#adopt(reply, node),
      (error: Error) => {
        const alone = error.message.includes("cluster support disabled");
        const advice = alone ? " (engine.redis.cluster_address is for Clusters, engine.redis.address for others)" : "";
        this.#failed(new Error(`${error.message}${advice}`, { cause: error }), alone);
      },
    );
  }

  #adopt(reply: Reply, from: ClusterNode): void {
    if (this.#closed) return;
    const ranges = readSlots(reply, from.endpoint);
    if (ranges.length === 0) return;
    const left = new Set<ClusterNode>();
    for (const slot of this.#options.slots) {
      const range = ranges.find(({ first, last }) => first <= slot && slot <= last);
      if (!range) continue;
      const before = this.ownerOf(slot);
      this.#owners.set(slot, range.owner);
      if (this.nodeAt(range.owner) !== before && before) left.add(before);
    }
    const holders = ranges.flatMap((range) => range.holders).map((holder) => [nameOf(holder), holder] as const);
    this.#known = [
      ...new Map([...holders, ...this.#options.seeds.map((seed) => [nameOf(seed), seed] as const)]).values(),
    ];
    for (const node of this.#doubtful) if (!left.has(node)) this.#events.doubtful(node.line);
    this.#doubtful.clear();
    this.#letGo();
    this.#events.changed();
    this.#checkOpened();
  }

  #letGo(): void {
    const now = this.#options.clock.monotonic();
    const needed = new Set([...this.#owners.values()].map(nameOf));
    for (const [name, node] of this.#nodes) {
      const since = needed.has(name) ? undefined : (this.#idle.get(name) ?? now);
      if (since === undefined) this.#idle.delete(name);
      else this.#idle.set(name, since);
      if (since === undefined || now - since < LINGER_MS) continue;
      this.#idle.delete(name);
      this.#nodes.delete(name);
      node.close();
    }
  }
}
