import type { Clock } from "../../kit/clock.ts";
import type { Ids } from "../../kit/ids.ts";
import { createProcessLoad } from "../../kit/process-load.ts";
import type { Control, ControlMessage } from "../ports/engine.ts";
import { type Cluster, createCluster, type NodeInfo } from "./cluster.ts";
import type { HeldHere } from "./quota-books.ts";
import { createQuotas, type Quotas } from "./quotas.ts";
import { createShares, type Shares } from "./shares.ts";

/** What a node is and carries; figures of the process and of time come with them. */
export type Figures = Pick<NodeInfo, "name" | "version" | "clients" | "users" | "subscriptions" | "channels">;

export interface MembershipOptions {
  /** Id of this node. */
  readonly self: string;
  readonly control: Control;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly figures: () => Figures;
  readonly draining: () => boolean;
  readonly answer: (op: string, question: unknown) => unknown;
  /** A message that is not about being a member. */
  readonly handle: (message: ControlMessage, from: string) => void;
  readonly failed: (error: unknown) => void;
}

/** A node's part in its cluster: the others, and what may be only so much of on all of them together. */
export interface Membership {
  readonly cluster: Cluster;
  readonly quotas: Quotas;
  readonly shares: Shares;
  stop(): void;
}

export function createMembership(options: MembershipOptions): Membership {
  const { self, clock, ids, draining, failed } = options;
  const load = createProcessLoad(clock);
  const startedAt = clock.monotonic();

  const cluster = createCluster({
    ...options,
    describe: () => ({
      uid: self,
      ...options.figures(),
      uptime: Math.round((clock.monotonic() - startedAt) / 1000),
      rssBytes: load.rssBytes(),
      cpuPercent: load.cpuPercent(),
      lagMs: load.lagMs(),
      draining: draining(),
    }),
    answer: (op, question) => (op === "quota" ? quotas.held(String(question)) : options.answer(op, question)),
    handle(message, from) {
      if (message.kind.startsWith("quota-")) quotas.receive(message, from);
      else if (message.kind === "demand") shares.receive(message, from);
      else options.handle(message, from);
    },
    changed() {
      quotas.changed();
      shares.changed();
    },
  });
  const quotas: Quotas = createQuotas({
    self,
    clock,
    ids,
    failed,
    homes: () => cluster.staying(),
    alive: () => cluster.alive(),
    tell: (message, node) => cluster.tell(message, node),
    survey: (key, patienceMs) => cluster.survey<HeldHere>("quota", key, patienceMs),
  });
  const shares: Shares = createShares({
    self,
    clock,
    alive: () => cluster.alive(),
    tell: (message) => void cluster.tell(message).catch(failed),
  });

  return {
    cluster,
    quotas,
    shares,
    stop() {
      cluster.stop();
      shares.stop();
      load.stop();
    },
  };
}
