import { readdirSync, readFileSync } from "node:fs";
import { renderOutcomes } from "../../bench/chaos/table.ts";
import { describeRun, renderSheets } from "../../bench/report.ts";
import { methods } from "../../packages/server/src/api/methods.ts";
import { createReference } from "../../packages/server/src/config/reference.ts";
import { disconnects, mayReconnect, unsubscribes } from "../../packages/server/src/hub/values/disconnects.ts";
import { errors } from "../../packages/server/src/hub/values/errors.ts";
import { parseConfig, startServer } from "../../packages/server/src/index.ts";
import { disconnectAdvice, errorAdvice, unsubscribeAdvice } from "./advice.mjs";
import { table } from "./table.mjs";

const RESULTS = new URL("../../bench/results/", import.meta.url);

/** Every generated part of the documentation, by the name of its region. */
export async function tables() {
  return {
    configuration: createReference().replace(/^# .*\n+/, ""),
    errors: table(
      ["Code", "Name", "Message", "Try again?", "What to do"],
      advised(errors, errorAdvice).map(([name, { code, message, temporary }, advice]) => [
        code,
        name,
        message,
        temporary ? "yes" : "no",
        advice,
      ]),
    ),
    disconnects: table(
      ["Code", "Name", "Reason", "Comes back?", "What to do"],
      advised(disconnects, disconnectAdvice).map(([name, { code, reason }, advice]) => [
        code,
        name,
        reason,
        mayReconnect(code) ? "yes" : "no",
        advice,
      ]),
    ),
    unsubscribes: table(
      ["Code", "Name", "Reason", "Subscribes again?", "What to do"],
      advised(unsubscribes, unsubscribeAdvice).map(([name, { code, reason }, advice]) => [
        code,
        name,
        reason,
        code >= 2500 ? "yes" : "no",
        advice,
      ]),
    ),
    methods: table(
      ["Method", "Group", "Meaning"],
      methods.map(({ name, scope, summary }) => [`\`${name}\``, scope ?? "any key", summary]),
    ),
    metrics: table(["Name", "Type", "Meaning"], await metrics()),
    chaos: newestChaos(),
    redis: newestReport("redis"),
    connections: newestReport("connections"),
    growth: newestReport("growth"),
    schemas: newestReport("schemas"),
    socketio: newestReport("socketio"),
    plain: newestReport("plain"),
    kpi: newestReport("kpi"),
  };
}

/** The newest whole run of `npm run bench -- chaos` on each runtime. */
function newestChaos() {
  const files = readdirSync(RESULTS).sort();
  const newest = ["bun", "node"].flatMap(
    (runtime) => files.findLast((name) => name.endsWith(`-chaos-full-${runtime}.json`)) ?? [],
  );
  const runs = newest.map((name) => ({ name, ...JSON.parse(readFileSync(new URL(name, RESULTS), "utf8")) }));
  const parts = runs.map(({ name, at, runtime, machine, size, outcomes }) => {
    const { clients, channels, publishersPerChannel } = size;
    const sizes = `${clients} clients, ${channels} channels with ${publishersPerChannel} publishers each`;
    const about = `Servers on ${runtime === "bun" ? "Bun" : "Node"}, ${sizes}, ${at.slice(0, 10)}, ${machine}: [figures](../../bench/results/${name}).`;
    return `${about}\n\n${renderOutcomes(outcomes)}`;
  });
  const [first] = runs;
  const legend = first?.outcomes.map(({ scenario, about }) => `- **${scenario}**: ${about}`) ?? [];
  return [...parts, legend.join("\n")].join("\n\n");
}

/** The newest full run of a scenario of the bench; until there is one, the newest of any size. */
function newestReport(name) {
  const files = readdirSync(RESULTS)
    .filter((file) => file.includes(`-${name}-`) && !file.includes("-failed"))
    .sort();
  const file = files.findLast((each) => each.endsWith(`-${name}-full.json`)) ?? files.at(-1);
  if (!file) return "Not measured yet.";
  const report = JSON.parse(readFileSync(new URL(file, RESULTS), "utf8"));
  return `A ${describeRun(report)}: [figures](../../bench/results/${file}).\n\n${renderSheets(report.sheets)}`;
}

/** Each entry with its advice, in the order of the codes. */
function advised(entries, advice) {
  for (const name of Object.keys(advice))
    if (!(name in entries)) throw new Error(`${name} is not in the table any more`);
  return Object.entries(entries)
    .sort(([, a], [, b]) => a.code - b.code)
    .map(([name, entry]) => {
      if (!advice[name]) throw new Error(`scripts/docs/advice.mjs says nothing about ${name}`);
      return [name, entry, advice[name]];
    });
}

/** What a running server shows: the only list that cannot forget one. */
async function metrics() {
  const { config } = parseConfig({ http_server: { address: "127.0.0.1", port: 0 }, prometheus: { enabled: true } });
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const server = await startServer(config, { log: silent });
  try {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    const heads = [...text.matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\S+)$/gm)];
    return heads.map(([, name, help, type]) => [`\`${name}\``, type, help]);
  } finally {
    await server.stop();
  }
}
