import { fullPlan, type Plan } from "../plan.ts";

/** The sizes of one run of `socketio` or `plain`, which takes less than two minutes where nobody else works. */
const full: Plan = {
  ...fullPlan,
  rounds: 2,
  windowSeconds: 0.6,
  connects: 1_000,
  idleConnections: 4_000,
  settleSeconds: 1,
};

const quick: Plan = {
  ...full,
  name: "quick",
  rounds: 1,
  windowSeconds: 0.2,
  subscribers: 300,
  connects: 300,
  idleConnections: 500,
  settleSeconds: 0.3,
};

export const doorsPlan = (values: Readonly<Record<string, string | boolean | undefined>>): Plan =>
  values.quick ? quick : full;
