/** Counted since the start, on this node. */
export interface ServiceCounters {
  connections: number;
  disconnections: number;
  activeConnections: number;
  /** One per call, however many connections it reaches. */
  messagesPublished: number;
  /** Connections of this node that published messages were for. */
  messagesDelivered: number;
  errors: number;
}

export interface ServiceStats extends Readonly<ServiceCounters> {
  readonly connectedUsers: number;
  readonly rooms: number;
  readonly scope: "node" | "cluster";
  readonly timestamp: string;
}

export interface ServiceHealth {
  readonly healthy: boolean;
  readonly connectedUsers: number;
  readonly rooms: number;
  /** Milliseconds. */
  readonly uptime: number;
  readonly redis: "disabled" | "up" | "down";
  readonly timestamp: string;
}

export const createCounters = (): ServiceCounters => ({
  connections: 0,
  disconnections: 0,
  activeConnections: 0,
  messagesPublished: 0,
  messagesDelivered: 0,
  errors: 0,
});

/** The counters of several nodes together. */
export function sumCounters(all: readonly ServiceCounters[]): ServiceCounters {
  const sum = createCounters();
  const names = Object.keys(sum) as (keyof ServiceCounters)[];
  for (const counters of all) for (const name of names) sum[name] += counters[name];
  return sum;
}
