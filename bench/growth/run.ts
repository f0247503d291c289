/** `npm run bench -- growth`: how cost grows with nodes and with channels. */
import type { Notebook, Scenario } from "../scenario.ts";
import { measureChannels } from "./channels.ts";
import { measureNodes } from "./nodes.ts";
import { type GrowthPlan, growthPlan } from "./plan.ts";

export const growthScenario: Scenario<GrowthPlan> = {
  name: "growth",
  limitSeconds: 900,
  options: {
    quick: { type: "boolean", about: "two nodes and ten thousand channels" },
    patience: { type: "string", about: "seconds that a step to more channels may take; 30 unless told" },
  },
  plan: growthPlan,
  async run(plan: GrowthPlan, notebook: Notebook) {
    notebook.sheets.push(await measureNodes(plan, notebook));
    notebook.sheets.push(await measureChannels(plan, notebook));
  },
};
