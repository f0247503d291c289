import type { Outcome } from "./play.ts";
import type { Scenario } from "./scenario.ts";

/** What must be 0 whatever happens. */
const ALWAYS = ["untold", "duplicated", "reordered", "denied", "ended"] as const;

/** Which promises an outcome breaks, in words; none when all were kept. */
export function brokenPromises(scenario: Pick<Scenario, "keepsAll">, outcome: Outcome): readonly string[] {
  const counted = [...ALWAYS, ...(scenario.keepsAll ? (["lost"] as const) : [])];
  return counted.filter((name) => outcome[name] > 0).map((name) => `${outcome[name]} ${name}`);
}
