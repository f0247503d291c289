/** The sizes of one run of `growth`. */
export interface GrowthPlan {
  readonly name: "full" | "quick";
  readonly nodes: readonly number[];
  readonly idleSeconds: number;
  /** Over all nodes, in one channel. */
  readonly subscribers: number;
  readonly publicationsPerSecond: number;
  readonly loadSeconds: number;
  readonly payloadBytes: number;
  readonly channels: readonly number[];
  /** Connections that hold the channels between them. */
  readonly connections: number;
  /** A step that takes longer ends with what it has. */
  readonly stepSeconds: number;
}

const full: GrowthPlan = {
  name: "full",
  nodes: [1, 2, 4, 6],
  idleSeconds: 1.5,
  subscribers: 600,
  publicationsPerSecond: 100,
  loadSeconds: 2,
  payloadBytes: 128,
  channels: [1_000, 10_000, 100_000, 1_000_000],
  connections: 16,
  stepSeconds: 30,
};

export function growthPlan(values: Readonly<Record<string, string | boolean | undefined>>): GrowthPlan {
  const stepSeconds = Number(values.patience ?? full.stepSeconds);
  if (!(stepSeconds > 0)) throw new Error(`--patience: "${values.patience}" is not a number of seconds`);
  if (!values.quick) return { ...full, stepSeconds };
  const sizes = { nodes: [1, 2], channels: [1_000, 10_000], loadSeconds: 1, idleSeconds: 1 };
  return { ...full, ...sizes, stepSeconds, name: "quick" };
}
