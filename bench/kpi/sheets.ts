import type { Cell, Sheet } from "../report.ts";
import type { CallId, Latencies, LatencyId } from "./latencies.ts";
import type { Load } from "./load.ts";
import type { KpiPlan } from "./plan.ts";
import { describeTimes, p99 } from "./timings.ts";

const calls: Readonly<Record<CallId, readonly [string, number]>> = {
  register: ["registerUser", 5],
  publish: ["publishNotification", 5],
  emit: ["sendToUser", 2],
};
const latencies: Readonly<Record<LatencyId, readonly [string, number]>> = {
  webSocket: ["connect and register, WebSocket", 50],
  polling: ["connect and register, polling first", 50],
  ack: ["ack round trip", 2],
  update: ["update, client to client", 2],
};
const entries = <Id extends string, Value>(record: Readonly<Record<Id, Value>>): readonly [Id, Value][] =>
  Object.entries(record) as [Id, Value][];
const met = (isMet: boolean): string => (isMet ? "yes" : "no");

/** The goal is for the share of 99 in 100, waits included. */
export function latencySheet(
  timesOfCalls: Readonly<Record<CallId, readonly number[]>>,
  ours: Latencies,
  stock: Latencies,
): Sheet {
  const rows: Cell[][] = entries(calls).map(([id, [title, goal]]) => {
    const times = timesOfCalls[id];
    return [title, `p99 < ${goal}`, describeTimes(times), null, met(p99(times) < goal), null, null];
  });
  for (const [id, [title, goal]] of entries(latencies)) {
    const [here, there] = [ours[id], stock[id]];
    rows.push([
      ...[title, `p99 < ${goal}`, describeTimes(here.all), describeTimes(here.own), met(p99(here.all) < goal)],
      ...[describeTimes(there.all), describeTimes(there.own)],
    ]);
  }
  const own = "… without waiting for a core";
  return {
    title: "Latency in ms: p50, p95, p99",
    head: ["", "goal", "WebSocketService", own, "met", "Socket.IO alone", own],
    rows,
  };
}

/** A Node process with Socket.IO and nothing to do, as the document has it. */
const baseMegabytes = 70;
const kilobytesGoal = 50;
const deliveriesGoal = 10_000;

interface Row {
  readonly title: string;
  readonly of: (load: Load) => number;
  /** Absent: there is none. */
  readonly goal?: Goal;
}

interface Goal {
  readonly says: string;
  readonly isMet: (value: number) => boolean;
}

const atLeast = (goal: number): Goal => ({
  says: `≥ ${goal.toLocaleString("en-US")}`,
  isMet: (value) => value >= goal,
});
const atMost = (goal: number): Goal => ({ says: `≤ ${goal}`, isMet: (value) => value <= goal });

/** `loads` are ours, ours with another setting of Node, and Socket.IO alone. */
export function loadSheet(loads: readonly Load[], plan: KpiPlan, setting: string): Sheet {
  const { connections, moreConnections, crowd } = plan;
  const megabytes = baseMegabytes + (connections * kilobytesGoal) / 1_000;
  const rows: readonly Row[] = [
    {
      title: `deliveries/s to ${crowd} clients`,
      of: (load) => load.deliveriesPerSecond,
      goal: atLeast(deliveriesGoal),
    },
    { title: "connections at once", of: (load) => load.connections, goal: atLeast(moreConnections) },
    {
      title: "kB resident memory per connection",
      of: ({ perConnection }) => perConnection.resident / 1e3,
      goal: atMost(kilobytesGoal),
    },
    { title: "… of which live objects", of: ({ perConnection }) => perConnection.live / 1e3 },
    {
      title: `MB resident memory at ${connections.toLocaleString("en-US")} connections`,
      of: ({ connected }) => connected.resident / 1e6,
      goal: atMost(Math.round(megabytes)),
    },
    { title: "… with none", of: ({ idle }) => idle.resident / 1e6 },
  ];
  return {
    title: "Load and memory",
    head: ["", "goal", "WebSocketService", "met", `… with \`node ${setting}\``, "Socket.IO alone"],
    rows: rows.map(({ title, goal, of }) => {
      const [ours = null, ...others] = loads.map(of);
      return [title, goal?.says ?? null, ours, goal && ours !== null ? met(goal.isMet(ours)) : null, ...others];
    }),
  };
}
