import { setTimeout as pause } from "node:timers/promises";
import type { Socket } from "socket.io-client";
import { connectMany } from "./official-client.ts";
import type { KpiPlan } from "./plan.ts";
import type { Memory } from "./question.ts";
import type { Subject } from "./subject.ts";

/** What many connections cost, and what they get. */
export interface Load extends Holding, Service {}

interface Holding {
  readonly idle: Memory;
  readonly connected: Memory;
  /** Growth per connection, in bytes. */
  readonly perConnection: Memory;
}

interface Service {
  readonly deliveriesPerSecond: number;
  /** Whether everybody got every update once. */
  readonly isWhole: boolean;
  /** How many were connected at the same time. */
  readonly connections: number;
}

/** Memory of all of them side by side, since silence disturbs nobody; then what they can do, one after the other. */
export async function measureLoads(subjects: readonly Subject[], plan: KpiPlan): Promise<readonly Load[]> {
  const held = await Promise.all(subjects.map((subject) => measureMemory(subject, plan)));
  const loads: Load[] = [];
  for (const [i, { sockets, ...holding }] of held.entries()) {
    const subject = subjects[i];
    if (subject) loads.push({ ...holding, ...(await measureService(subject, sockets, plan)) });
  }
  return loads;
}

async function measureMemory(subject: Subject, plan: KpiPlan): Promise<Holding & { readonly sockets: Socket[] }> {
  const { url } = subject;
  const { firstConnections, connections } = plan;
  const memory = async (): Promise<Memory> => {
    await pause(plan.quietMs);
    return subject.ask<Memory>({ ask: "memory" });
  };
  const idle = await memory();
  const sockets = await connectMany(url, 0, firstConnections);
  const before = await memory();
  sockets.push(...(await connectMany(url, firstConnections, connections)));
  const connected = await memory();
  const growth = (field: keyof Memory): number => (connected[field] - before[field]) / (connections - firstConnections);
  return { idle, connected, perConnection: { resident: growth("resident"), live: growth("live") }, sockets };
}

async function measureService(subject: Subject, sockets: readonly Socket[], plan: KpiPlan): Promise<Service> {
  const throughput = await measureThroughput(subject, sockets.slice(0, plan.crowd), plan.flood);
  const all = [...sockets, ...(await connectMany(subject.url, sockets.length, plan.moreConnections))];
  const connections = all.filter((socket) => socket.connected).length;
  for (const socket of all) socket.disconnect();
  return { ...throughput, connections };
}

/** Deliveries from the first publication to the last arrival. */
async function measureThroughput(
  { ask }: Subject,
  sockets: readonly Socket[],
  flood: number,
): Promise<Omit<Service, "connections">> {
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
