/** The sizes of one run of `redis`. */
export interface RedisPlan {
  readonly name: "full" | "quick";
  readonly warmUpSeconds: number;
  readonly windowSeconds: number;
  readonly payloadBytes: number;
  /** Publications of the lone engine that wait for an answer at the same time. */
  readonly underWay: readonly number[];
  readonly publishers: number;
  readonly manyChannels: number;
  readonly crowds: readonly number[];
  readonly latencySeconds: number;
}

const full: RedisPlan = {
  name: "full",
  warmUpSeconds: 0.4,
  windowSeconds: 1,
  payloadBytes: 128,
  underWay: [1, 64, 512],
  publishers: 32,
  manyChannels: 1_000,
  crowds: [10, 100, 1_000],
  latencySeconds: 3,
};

export function redisPlan({ quick }: Readonly<Record<string, string | boolean | undefined>>): RedisPlan {
  if (!quick) return full;
  return { ...full, name: "quick", warmUpSeconds: 0.2, windowSeconds: 0.4, crowds: [10, 300], latencySeconds: 1 };
}
