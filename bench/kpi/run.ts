/** `npm run bench -- kpi`: the figures that the document of `WebSocketService` promises, with official clients. */
import { type Notebook, perform, type Scenario } from "../scenario.ts";
import { measureCalls, measureLatencies } from "./latencies.ts";
import { measureLoads } from "./load.ts";
import { type KpiPlan, kpiPlan } from "./plan.ts";
import { latencySheet, loadSheet } from "./sheets.ts";
import { buildSubjects, startSubject, withSubject } from "./subject.ts";

/** Node keeps up to 48 MB for objects that are young; this much less is given back at once. */
const smallYoungGeneration = "--max-semi-space-size=2";

const kpiScenario: Scenario<KpiPlan> = {
  name: "kpi",
  limitSeconds: 180,
  options: { quick: { type: "boolean", about: "few repetitions, for a first look" } },
  plan: kpiPlan,
  run,
};

async function run(plan: KpiPlan, { sheets, failures, tell }: Notebook): Promise<void> {
  buildSubjects();
  const [calls, ours] = await withSubject("service", async (subject) => {
    const timesOfCalls = await measureCalls(subject);
    return [timesOfCalls, await measureLatencies(subject, plan)] as const;
  });
  tell("latencies of WebSocketService");
  const stock = await withSubject("stock", (subject) => measureLatencies(subject, plan));
  tell("latencies of Socket.IO alone");
  sheets.push(latencySheet(calls, ours, stock));
  const subjects = await Promise.all([
    startSubject("service"),
    startSubject("service", [smallYoungGeneration]),
    startSubject("stock"),
  ]);
  const loads = await measureLoads(subjects, plan);
  for (const subject of subjects) subject.stop();
  if (!loads.every(({ isWhole }) => isWhole)) failures.push("updates were lost or came twice");
  sheets.push(loadSheet(loads, plan, smallYoungGeneration));
}

process.exit(await perform(kpiScenario, process.argv.slice(2)));
