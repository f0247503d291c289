import type { Clock } from "../../kit/clock.ts";
import type { ControlMessage } from "../ports/engine.ts";

/**
 * How much of a tenant's rate this node may use. Every node tells how much is asked of it; who is asked more gets more,
 * and what nobody asks for is divided equally.
 *
 * All nodes reckon with the same figures, so their shares together are the rate. A change of demand reaches them within
 * half a second; as long as it travels they may together allow up to twice the rate, or less than it.
 */
export interface Shares {
  /** Notes that one more is asked of this node. */
  note(tenant: string): void;
  /** This node's part of a rate. */
  of(tenant: string, rate: number): number;
  receive(message: ControlMessage, from: string): void;
  /** Other nodes came, left or began to drain. */
  changed(): void;
  stop(): void;
}

export interface SharesOptions {
  readonly self: string;
  readonly clock: Clock;
  /** All nodes that are alive, this one included. */
  readonly alive: () => readonly string[];
  readonly tell: (message: ControlMessage) => void;
}

const TICK_MS = 250;
const TICKS_PER_SECOND = 1000 / TICK_MS;
/** This part of a rate is divided equally whatever is asked: so much a node has when its demand begins. */
const EQUAL_PART = 0.05;
/** Told again so often while there is demand, for whoever missed it. */
const REPEAT_TICKS = 4;
/** What was not told again for so long holds no longer. */
const FORGET_MS = 5_000;

/** Demand of one tenant, per second. */
class Demand {
  /** Of the ticks of the last second. */
  readonly ticks: number[] = new Array<number>(TICKS_PER_SECOND).fill(0);
  now = 0;
  /** What the others know, and what they knew one tick ago: by then it has reached them. */
  told = 0;
  settled = 0;
  readonly others = new Map<string, { readonly perSecond: number; readonly at: number }>();
}

export function createShares({ self, clock, alive, tell }: SharesOptions): Shares {
  const demands = new Map<string, Demand>();
  let tick = 0;
  let nodes = alive();

  const demandOf = (tenant: string): Demand => {
    let demand = demands.get(tenant);
    if (!demand) {
      demand = new Demand();
      demands.set(tenant, demand);
    }
    return demand;
  };

  /** What is asked of this node, when the others should hear it. */
  function turn(demand: Demand): number | undefined {
    demand.settled = demand.told;
    demand.ticks[tick % TICKS_PER_SECOND] = demand.now;
    demand.now = 0;
    const perSecond = demand.ticks.reduce((sum, each) => sum + each, 0);
    const differs = Math.abs(perSecond - demand.told) > demand.told / 10;
    if (!differs && (perSecond === 0 || tick % REPEAT_TICKS > 0)) return undefined;
    demand.told = perSecond;
    return perSecond;
  }

  function forgetOld(demand: Demand): void {
    const oldest = clock.monotonic() - FORGET_MS;
    for (const [node, { at }] of demand.others) if (at < oldest || !nodes.includes(node)) demand.others.delete(node);
  }

  const cancel = clock.every(TICK_MS, () => {
    tick++;
    const entries: [string, number][] = [];
    for (const [tenant, demand] of demands) {
      const told = turn(demand);
      if (told !== undefined) entries.push([tenant, told]);
      forgetOld(demand);
      if (demand.told === 0 && demand.settled === 0 && demand.others.size === 0) demands.delete(tenant);
    }
    if (entries.length > 0 && nodes.length > 1) tell({ kind: "demand", entries });
  });

  return {
    note(tenant) {
      demandOf(tenant).now++;
    },

    of(tenant, rate) {
      if (nodes.length <= 1) return rate;
      const demand = demands.get(tenant);
      const own = demand?.settled ?? 0;
      let all = own;
      for (const { perSecond } of demand?.others.values() ?? []) all += perSecond;
      const equal = rate / nodes.length;
      const byDemand = all > rate ? (rate * own) / all : own + (rate - all) / nodes.length;
      return EQUAL_PART * equal + (1 - EQUAL_PART) * byDemand;
    },

    receive({ entries }, from) {
      if (from === self) return;
      const at = clock.monotonic();
      for (const [tenant, perSecond] of entries as readonly [string, number][]) {
        if (perSecond > 0) demandOf(tenant).others.set(from, { perSecond, at });
        else demands.get(tenant)?.others.delete(from);
      }
    },

    changed() {
      nodes = alive();
    },

    stop: cancel,
  };
}
