import { renderFormats } from "./format-table.ts";
import { pinGenerator } from "./measure/cores.ts";
import { createFindings, type Findings } from "./measure/findings.ts";
import { type MeasureId, measures } from "./measure/index.ts";
import { describeMachine } from "./measure/machine.ts";
import { help, type Options, readOptions } from "./options.ts";
import type { Plan } from "./plan.ts";
import { saveResult } from "./report.ts";
import { perform } from "./scenario.ts";
import type { Target } from "./servers/target.ts";
import { renderEvidence, renderTable } from "./table.ts";

interface Entry {
  readonly id: string;
  readonly label: string;
  readonly target: Target;
  readonly findings: Findings;
  /** A server that did not start once is not tried again. */
  starts: boolean;
}

const measureWithinSeconds = 60;

/** What is measured over Redis, with many processes and through other doors; each is a program of its own. */
const scenarios: Readonly<Record<string, (args: string[]) => Promise<number>>> = {
  redis: async (args) => perform((await import("./redis/run.ts")).redisScenario, args),
  connections: async (args) => perform((await import("./connections/run.ts")).connectionsScenario, args),
  growth: async (args) => perform((await import("./growth/run.ts")).growthScenario, args),
  socketio: async (args) => perform((await import("./doors/run.ts")).socketIoScenario, args),
  schemas: async (args) => perform((await import("./schemas/run.ts")).schemasScenario, args),
  plain: async (args) => perform((await import("./doors/run.ts")).plainScenario, args),
};

process.exit(await main());

async function main(): Promise<number> {
  const [first = "", ...rest] = process.argv.slice(2);
  try {
    const scenario = scenarios[first];
    if (scenario) return await scenario(rest);
    const options = readOptions(process.argv.slice(2));
    if (options) return (await bench(options)) ? 0 : 1;
    console.log(help);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }
}

/** Server after server within each measure: what is compared was measured within the same few seconds. */
async function bench({ plan, measures: chosen, targets }: Options): Promise<boolean> {
  const at = new Date();
  const machine = describeMachine();
  const entries = targets
    .filter((target) => isAvailable(target, chosen))
    .map((target) => {
      return { id: target.id, label: target.label, target, findings: createFindings(), starts: true };
    });
  pinGenerator();
  const { cores, model, kernel, load } = machine;
  console.log(`${plan.name} run on ${cores} × ${model}, Linux ${kernel}, load ${load}`);
  for (const id of chosen) {
    console.log(`\n${id}`);
    for (const entry of entries) if (entry.starts) await measureOne(id, entry, plan);
  }

  const results = entries.map(({ id, label, findings }) => ({ id, label, ...findings }));
  const file = await saveResult(at, plan.name, { at: at.toISOString(), plan, machine, results });
  const seconds = Math.round((Date.now() - at.getTime()) / 1000);
  const tables = [renderTable(entries, plan), renderFormats(entries, plan), renderEvidence(entries)];
  console.log(`\n${tables.filter(Boolean).join("\n\n")}\n\n${seconds} s, written to ${file}`);
  return entries.every(({ findings }) => findings.failures.length + findings.lost + findings.duplicated === 0);
}

/** A server that none of the measures can be taken of is left out without a word. */
function isAvailable(target: Target, chosen: readonly MeasureId[]): boolean {
  if (!chosen.some((id) => startFor(id, target))) return false;
  const reason = target.unavailable?.();
  if (reason) console.log(`${target.label}: left out, ${reason}`);
  return reason === undefined;
}

function startFor(id: MeasureId, target: Target): Target["start"] | undefined {
  return id === "formats" ? target.startWithFormats : target.start;
}

/** Every measure gets a process of its own, so that none inherits the heap of another. */
async function measureOne(id: MeasureId, entry: Entry, plan: Plan): Promise<void> {
  const { target, findings } = entry;
  const start = startFor(id, target);
  if (!start) return;
  const started = performance.now();
  let outcome = "";
  try {
    entry.starts = false;
    const server = await start();
    entry.starts = true;
    try {
      await Promise.race([measures[id]({ target, server, plan }, findings), outOfTime()]);
    } finally {
      await server.stop();
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    findings.failures.push(`${id}: ${why}`);
    outcome = `  FAILED: ${why}`;
  }
  console.log(
    `  ${target.label.padEnd(16)} ${((performance.now() - started) / 1000).toFixed(1).padStart(5)} s${outcome}`,
  );
}

async function outOfTime(): Promise<never> {
  await Bun.sleep(measureWithinSeconds * 1000);
  throw new Error(`not done within ${measureWithinSeconds} s`);
}
