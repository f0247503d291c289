import { setTimeout as pause } from "node:timers/promises";
import type { Socket } from "socket.io-client";
import { connectMany } from "./official-client.ts";
import type { KpiPlan } from "./plan.ts";
import type { Memory } from "./question.ts";
import type { Subject } from "./subject.ts";

/** What many connections cost, and what they get. */
export interface Load {
  readonly idle: Memory;
  readonly connected: Memory;
  /** Growth per connection, in bytes. */
  readonly perConnection: Memory;
  readonly deliveriesPerSecond: number;
  /** Whether everybody got every update once. */
  readonly isWhole: boolean;
  /** How many were connected at the same time. */
  readonly connections: number;
}

export async function measureLoad(subject: Subject, plan: KpiPlan): Promise<Load> {
  const { url } = subject;
  const { firstConnections, connections, moreConnections } = plan;
  const memory = async (): Promise<Memory> => {
    await pause(plan.quietMs);
    return subject.ask<Memory>({ ask: "memory" });
  };
  const idle = await memory();
  const sockets = await connectMany(url, 0, firstConnections);
  const before = await memory();
  sockets.push(...(await connectMany(url, firstConnections, connections)));
  const connected = await memory();
  const throughput = await measureThroughput(subject, sockets.slice(0, plan.crowd), plan.flood);
  sockets.push(...(await connectMany(url, connections, moreConnections)));
  const open = sockets.filter((socket) => socket.connected).length;
  for (const socket of sockets) socket.disconnect();
  const growth = (field: keyof Memory): number => (connected[field] - before[field]) / (connections - firstConnections);
  const perConnection = { resident: growth("resident"), live: growth("live") };
  return { idle, connected, perConnection, ...throughput, connections: open };
}

/** Deliveries from the first publication to the last arrival. */
async function measureThroughput(
  { ask }: Subject,
  sockets: readonly Socket[],
  flood: number,
): Promise<Pick<Load, "deliveriesPerSecond" | "isWhole">> {
  await Promise.all(sockets.map((socket) => socket.emitWithAck("join-room", "crowd")));
  let count = 0;
  const done = sockets.map((socket) => {
    return new Promise<void>((resolve) => {
      socket.on("update", ({ payload }: { readonly payload: { readonly last: boolean } }) => {
        count++;
        if (payload.last) resolve();
      });
    });
  });
  const start = performance.now();
  await ask({ ask: "flood", count: flood });
  await Promise.all(done);
  const seconds = (performance.now() - start) / 1_000;
  return { deliveriesPerSecond: count / seconds, isWhole: count === sockets.length * flood };
}
