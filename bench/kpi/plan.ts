/** The sizes of one run of `kpi`. */
export interface KpiPlan {
  readonly name: "full" | "quick";
  /** Code that has not run yet is compiled at the expense of whoever comes first: of so many nothing is counted. */
  readonly warmUps: number;
  readonly connects: number;
  readonly messages: number;
  /** Connections until heaps have their size: they say nothing about the next one. */
  readonly firstConnections: number;
  readonly connections: number;
  readonly moreConnections: number;
  /** Node gives memory back when nothing has happened for more than eight seconds. */
  readonly quietMs: number;
  readonly crowd: number;
  readonly flood: number;
}

const full: KpiPlan = {
  name: "full",
  warmUps: 50,
  connects: 400,
  messages: 1_000,
  firstConnections: 250,
  connections: 1_250,
  moreConnections: 2_000,
  quietMs: 10_000,
  crowd: 200,
  flood: 500,
};

const quick: KpiPlan = {
  ...full,
  name: "quick",
  warmUps: 10,
  connects: 40,
  messages: 100,
  firstConnections: 100,
  connections: 400,
  moreConnections: 500,
  quietMs: 200,
  crowd: 50,
  flood: 100,
};

export const kpiPlan = (values: Readonly<Record<string, string | boolean | undefined>>): KpiPlan =>
  values.quick ? quick : full;
