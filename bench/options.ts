import { parseArgs } from "node:util";
import { type MeasureId, measureIds } from "./measure/index.ts";
import { fullPlan, type Plan, quickPlan } from "./plan.ts";
import { catalogue } from "./servers/catalogue.ts";
import { externalTarget } from "./servers/external.ts";
import type { Target } from "./servers/target.ts";

export interface Options {
  readonly plan: Plan;
  readonly measures: readonly MeasureId[];
  readonly targets: readonly Target[];
}

/** The table of formats takes too long for a first look. */
const quickMeasures: readonly MeasureId[] = measureIds.filter((id) => id !== "formats");

export const help: string = `npm run bench -- [options]

  --quick                 under a minute, smaller sizes, one round
  --only a,b              measures to run: ${measureIds.join(", ")}
  --servers a,b           servers to start: ${catalogue.map((target) => target.id).join(", ")}
  --target URL            also measure a running server that speaks the Centrifugo protocol
    --api-key KEY           its HTTP API key
    --hmac-secret SECRET    its token secret (HS256); without it clients connect without a token

npm run bench -- redis | connections | growth | chaos [--help]   over Redis, with many processes
npm run bench -- schemas [--help]                                what publications cost that are held against one
npm run bench -- socketio | plain | kpi [--help]                 the other doors, and what was promised of WebSocketService
`;

/** Reads the command line; an error names what would be accepted. Absent when help is wanted. */
export function readOptions(args: string[]): Options | undefined {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const { values } = parseArgs({
    args,
    options: { quick: flag, help: flag, only: text, servers: text, target: text, "api-key": text, "hmac-secret": text },
  });
  if (values.help) return undefined;
  const targets = chosen(
    "--servers",
    values.servers,
    catalogue.map((target) => target.id),
  );
  const started = catalogue.filter((target) => targets.includes(target.id));
  const external = values.target
    ? [externalTarget(new URL(values.target), values["api-key"] ?? "", values["hmac-secret"] ?? "")]
    : [];
  return {
    plan: values.quick ? quickPlan : fullPlan,
    measures: withNeeded(values.only || !values.quick ? chosen("--only", values.only, measureIds) : quickMeasures),
    targets: [...started, ...external],
  };
}

function chosen<Name extends string>(
  option: string,
  list: string | undefined,
  known: readonly Name[],
): readonly Name[] {
  if (list === undefined) return known;
  return list.split(",").map((name) => {
    const found = known.find((candidate) => candidate === name.trim());
    if (found === undefined) throw new Error(`${option}: "${name}" is none of ${known.join(", ")}`);
    return found;
  });
}

/** Net fan-out is gross fan-out less the publish request, so one is measured with the other. */
function withNeeded(measures: readonly MeasureId[]): readonly MeasureId[] {
  return measures.includes("fanout") && !measures.includes("publish") ? ["publish", ...measures] : measures;
}
