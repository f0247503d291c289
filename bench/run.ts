import { mkdir } from "node:fs/promises";
import { pinGenerator } from "./measure/cores.ts";
import { createFindings, type Findings } from "./measure/findings.ts";
import { type MeasureId, measures } from "./measure/index.ts";
import { describeMachine } from "./measure/machine.ts";
import { help, type Options, readOptions } from "./options.ts";
import type { Plan } from "./plan.ts";
import type { Target } from "./servers/target.ts";
import { type Column, renderTable } from "./table.ts";

/** Beyond this share of a core the generator may have been what one measured. */
const saturated = 0.95;

const options = readOptions(process.argv.slice(2));
if (options) process.exitCode = (await bench(options)) ? 0 : 1;
else console.log(help);

async function bench({ plan, measures: chosen, targets }: Options): Promise<boolean> {
  const at = new Date();
  const machine = describeMachine();
  pinGenerator();
  console.log(`${plan.name} run on ${machine.cores} × ${machine.model}, Linux ${machine.kernel}, load ${machine.load}`);
  const columns: (Column & { readonly id: string })[] = [];
  for (const target of targets) {
    const reason = target.unavailable?.();
    if (reason) {
      console.log(`\n${target.label}: left out, ${reason}`);
      continue;
    }
    console.log(`\n${target.label}`);
    columns.push({ id: target.id, label: target.label, findings: await measureTarget(target, chosen, plan) });
  }

  const file = await save(at, plan, { at: at.toISOString(), plan, machine, targets: columns });
  const seconds = Math.round((Date.now() - at.getTime()) / 1000);
  console.log(`\n${renderTable(columns, plan)}\n\n${columns.map(evidence).join("\n")}\n\n${seconds} s, written to ${file}`);
  return columns.every(({ findings }) => findings.failures.length + findings.lost + findings.duplicated === 0);
}

/** Every measure gets a process of its own, so that none inherits the heap of another. */
async function measureTarget(target: Target, chosen: readonly MeasureId[], plan: Plan): Promise<Findings> {
  const findings = createFindings();
  for (const id of chosen) {
    const started = performance.now();
    let outcome = "";
    try {
      const server = await target.start();
      try {
        await measures[id]({ target, server, plan }, findings);
      } finally {
        await server.stop();
      }
    } catch (error) {
      outcome = `  FAILED: ${error instanceof Error ? error.message : error}`;
      findings.failures.push(`${id}: ${error instanceof Error ? error.message : error}`);
    }
    console.log(`  ${id.padEnd(8)} ${((performance.now() - started) / 1000).toFixed(1).padStart(5)} s${outcome}`);
  }
  return findings;
}

function evidence({ label, findings }: Column): string {
  const load = `${Math.round(findings.generatorLoad * 100)} %`;
  const warning = findings.generatorLoad > saturated ? ", SATURATED: latency and throughput are the generator's" : "";
  const duplicated = findings.duplicated > 0 ? `, duplicated ${findings.duplicated}` : "";
  const deliveries = findings.deliveries.toLocaleString("en-US");
  const failures = findings.failures.map((failure) => `\n  failed: ${failure}`).join("");
  return `${label}: lost ${findings.lost}${duplicated} of ${deliveries} deliveries; generator at most ${load} of its core${warning}${failures}`;
}

async function save(at: Date, plan: Plan, result: object): Promise<string> {
  const name = `${at.toISOString().slice(0, 19).replaceAll(":", "-")}-${plan.name}.json`;
  const folder = new URL("./results/", import.meta.url);
  await mkdir(folder, { recursive: true });
  await Bun.write(new URL(name, folder), `${JSON.stringify(result, null, 2)}\n`);
  return `bench/results/${name}`;
}
