import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { describeMachine } from "./measure/machine.ts";
import { describeRun, type Report, renderSheets, type Sheet, saveResult } from "./report.ts";

/** What a run has found so far; whoever runs it adds to it, so that a run cut short shows what there is. */
export interface Notebook {
  readonly sheets: Sheet[];
  readonly failures: string[];
  /** One line of progress. */
  tell(line: string): void;
}

/** A program of the bench with sheets as its result. */
export interface Scenario<Plan extends { readonly name: string }> {
  readonly name: string;
  /** In all; whatever still runs then is ended. */
  readonly limitSeconds: number;
  readonly options: Readonly<Record<string, { readonly type: "string" | "boolean"; readonly about: string }>>;
  plan(values: Readonly<Record<string, string | boolean | undefined>>): Plan;
  run(plan: Plan, notebook: Notebook): Promise<void>;
}

/** From the command line to the exit code. Processes that were started end with this one. */
export async function perform<Plan extends { readonly name: string }>(
  scenario: Scenario<Plan>,
  args: string[],
): Promise<number> {
  const flag = { type: "boolean", default: false } as const;
  const { values } = parseArgs({ args, options: { ...scenario.options, help: flag } });
  if (values.help) {
    const lines = Object.entries(scenario.options).map(([name, { about }]) => `  --${name.padEnd(16)} ${about}`);
    console.log([`npm run bench -- ${scenario.name} [options]`, "", ...lines].join("\n"));
    return 0;
  }
  const plan = scenario.plan(values as Record<string, string | boolean | undefined>);
  const at = new Date();
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1_000;
  const machine = describeMachine();
  const notebook: Notebook = {
    sheets: [],
    failures: [],
    tell: (line) => console.log(`${seconds().toFixed(1).padStart(6)} s  ${line}`),
  };
  try {
    await Promise.race([scenario.run(plan, notebook), outOfTime(scenario.limitSeconds)]);
  } catch (error) {
    notebook.failures.push(error instanceof Error ? error.message : String(error));
  }
  const { sheets, failures } = notebook;
  const report: Report = { at: at.toISOString(), size: plan.name, seconds: seconds(), machine, failures, sheets };
  console.log(`\n${renderSheets(sheets)}\n\n${describeRun(report)}`);
  for (const failure of failures) console.log(`FAILED ${failure}`);
  if (sheets.length > 0) {
    const size = failures.length === 0 ? plan.name : "failed";
    console.log(`written to ${await saveResult(at, `${scenario.name}-${size}`, { ...report, plan })}`);
  }
  return failures.length === 0 ? 0 : 1;
}

async function outOfTime(seconds: number): Promise<never> {
  await pause(seconds * 1_000);
  throw new Error(`not over within ${seconds} s`);
}
