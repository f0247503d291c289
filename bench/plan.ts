/** The sizes of one run. */
export interface Plan {
  readonly name: "full" | "quick";
  /** How often a window is repeated; the median counts. */
  readonly rounds: number;
  readonly windowSeconds: number;
  readonly payloadBytes: number;
  readonly subscribers: number;
  /** Connections opened in one round of the connect measure. */
  readonly connects: number;
  readonly idleConnections: number;
  readonly settleSeconds: number;
  readonly latencySeconds: number;
  /** Publications per second into all subscribers while latency is measured. */
  readonly publishRate: number;
  readonly largeChannel: number;
  readonly largePublications: number;
  /** Every row of the table of formats is warmed up and then measured for this long, once. */
  readonly formatSeconds: number;
  /** Of the payloads in which little changes. */
  readonly feedBytes: number;
}

export const fullPlan: Plan = {
  name: "full",
  rounds: 3,
  windowSeconds: 1.2,
  payloadBytes: 128,
  subscribers: 1_000,
  connects: 2_000,
  idleConnections: 5_000,
  settleSeconds: 1.5,
  latencySeconds: 5,
  publishRate: 50,
  largeChannel: 10_000,
  largePublications: 5,
  formatSeconds: 0.6,
  feedBytes: 1_000,
};

export const quickPlan: Plan = {
  ...fullPlan,
  name: "quick",
  rounds: 1,
  windowSeconds: 0.6,
  connects: 1_500,
  idleConnections: 2_000,
  settleSeconds: 0.5,
  latencySeconds: 1.5,
  largeChannel: 3_000,
  largePublications: 3,
  formatSeconds: 0.5,
};
