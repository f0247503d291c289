/** `npm run bench -- chaos`: plays the scenarios one after the other and writes what was counted. */
import { mkdir, writeFile } from "node:fs/promises";
import { cpus, release } from "node:os";
import { setTimeout as passing } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type Outcome, play } from "./play.ts";
import { type Scenario, sizes } from "./scenario.ts";
import { scenarios } from "./scenarios/index.ts";
import type { Runtime } from "./server-node.ts";
import { renderOutcomes } from "./table.ts";
import { brokenPromises } from "./verdict.ts";

const LIMIT_SECONDS = 300;

const help = `npm run bench -- chaos [options]

  --quick              fewer clients and publications
  --only a,b           ${scenarios.map(({ name }) => name).join(", ")}
  --runtime bun|node   what runs the servers; bun unless told
`;

interface Options {
  readonly size: "full" | "quick";
  readonly chosen: readonly Scenario[];
  readonly runtime: Runtime;
}

process.exit(await main());

async function main(): Promise<number> {
  try {
    const options = readOptions(process.argv.slice(2));
    if (options) return (await run(options)) ? 0 : 1;
    console.log(help);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }
}

function readOptions(args: string[]): Options | undefined {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const { values } = parseArgs({ args, options: { quick: flag, help: flag, only: text, runtime: text } });
  if (values.help) return undefined;
  const { runtime = "bun" } = values;
  if (runtime !== "bun" && runtime !== "node") throw new Error(`--runtime: "${runtime}" is neither bun nor node`);
  return { size: values.quick ? "quick" : "full", chosen: choose(values.only), runtime };
}

function choose(list: string | undefined): readonly Scenario[] {
  if (list === undefined) return scenarios;
  return list.split(",").map((name) => {
    const found = scenarios.find((scenario) => scenario.name === name.trim());
    if (!found) throw new Error(`--only: "${name}" is none of ${scenarios.map((each) => each.name).join(", ")}`);
    return found;
  });
}

async function run({ size, chosen, runtime }: Options): Promise<boolean> {
  const at = new Date();
  const outcomes: Outcome[] = [];
  const failures: string[] = [];
  for (const scenario of chosen) {
    console.log(`\n${scenario.name}: ${scenario.about}`);
    try {
      const playing = play(scenario, { runtime, size: sizes[size], progress: tell });
      const outcome = await Promise.race([playing, outOfTime()]);
      outcomes.push(outcome);
      const broken = brokenPromises(scenario, outcome);
      tell(broken.length === 0 ? "every promise kept" : `BROKEN: ${broken.join(", ")}`);
      for (const fault of outcome.faults) tell(`  ${fault}`);
      if (broken.length > 0) failures.push(`${scenario.name}: ${broken.join(", ")}`);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      failures.push(`${scenario.name}: ${why}`);
      tell(`FAILED: ${why}`);
    }
  }
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}, Linux ${release()}`;
  const result = { at: at.toISOString(), runtime, machine, size: sizes[size], failures, outcomes };
  // The documentation shows the newest whole run of each runtime.
  const extent = chosen === scenarios ? size : "part";
  const file = await save(
    `${at.toISOString().slice(0, 19).replaceAll(":", "-")}-chaos-${extent}-${runtime}.json`,
    result,
  );
  console.log(`\n${renderOutcomes(outcomes)}\n`);
  for (const failure of failures) console.log(`FAILED ${failure}`);
  console.log(`written to ${file}`);
  return failures.length === 0;
}

async function outOfTime(): Promise<never> {
  await passing(LIMIT_SECONDS * 1_000, undefined, { ref: false });
  throw new Error(`not over within ${LIMIT_SECONDS} s`);
}

function tell(line: string): void {
  console.log(`  ${line}`);
}

async function save(name: string, result: object): Promise<string> {
  const folder = new URL("../results/", import.meta.url);
  await mkdir(folder, { recursive: true });
  await writeFile(new URL(name, folder), `${JSON.stringify(result, null, 2)}\n`);
  return `bench/results/${name}`;
}
