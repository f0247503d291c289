/**
 * The long form of the simulation: `--seed N` (the first one), `--seeds N` (how many), `--steps N` (of each). Fails with
 * the first seed that breaks a promise.
 */
import { parseArgs } from "node:util";
import { simulate } from "./simulation.fixture.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    seeds: { type: "string", default: "1" },
    steps: { type: "string", default: "1000000" },
  },
});
const [first, seeds, steps] = [Number(values.seed), Number(values.seeds), Number(values.steps)];
for (let seed = first; seed < first + seeds; seed++) {
  const report = await simulate({
    seed,
    steps,
    progress: (step, { delivered }) => process.stderr.write(`seed ${seed}: step ${step}, ${delivered} delivered\n`),
  });
  process.stdout.write(`seed ${seed}, ${steps} steps: ${JSON.stringify(report)}\n`);
}
