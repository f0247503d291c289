/** `npm run bench -- socketio` and `npm run bench -- plain`: our other doors beside what people would use instead. */
import type { Plan } from "../plan.ts";
import type { Scenario } from "../scenario.ts";
import { compare } from "./compare.ts";
import type { Contest } from "./contender.ts";
import { plainContest, socketIoContest } from "./contests.ts";
import { doorsPlan } from "./plan.ts";
import { type Aims, aimSheet, broadcastSheet, connectionSheet, evidenceSheet } from "./sheets.ts";

export const socketIoScenario: Scenario<Plan> = scenario("socketio", socketIoContest, {
  timesRival: 20,
  timesFloor: 1.3,
  kilobytes: 12,
});

export const plainScenario: Scenario<Plan> = scenario("plain", plainContest, {});

function scenario(name: string, contest: Contest, aims: Aims): Scenario<Plan> {
  return {
    name,
    limitSeconds: 240,
    options: { quick: { type: "boolean", about: "few clients and short windows, for a first look" } },
    plan: doorsPlan,
    async run(plan, notebook) {
      const results = await compare(contest, plan, notebook);
      notebook.sheets.push(broadcastSheet(results, plan.subscribers), connectionSheet(results));
      if (Object.keys(aims).length > 0) notebook.sheets.push(aimSheet(results, aims));
      notebook.sheets.push(evidenceSheet(results));
    },
  };
}
