import { type Caller, type Hub, parseConfig, publish, startServer } from "../../packages/server/src/index.ts";
import { median } from "../measure/statistics.ts";
import type { Cell } from "../report.ts";
import type { Notebook, Scenario } from "../scenario.ts";
import { type Case, cases } from "./cases.ts";

export interface SchemasPlan {
  readonly name: "full" | "quick";
  readonly rounds: number;
  /** Publications of one round; of large ones as many as have so many bytes. */
  readonly publications: number;
}

/** What it costs to hold publications against a schema, in the process of the hub and without a client. */
export const schemasScenario: Scenario<SchemasPlan> = {
  name: "schemas",
  limitSeconds: 120,
  options: { quick: { type: "boolean", about: "smaller, for a first look" } },
  plan: ({ quick }) =>
    quick ? { name: "quick", rounds: 3, publications: 20_000 } : { name: "full", rounds: 7, publications: 30_000 },
  async run(plan, notebook) {
    const rows: Cell[][] = [];
    for (const each of cases) rows.push(await measure(each, plan, notebook));
    notebook.sheets.push({
      title: "µs of CPU per publication into a channel that nobody listens to, on the hub's memory engine",
      head: ["publication", "bytes", "without a schema", "with", "difference"],
      rows,
    });
  },
};

const log = { debug() {}, info() {}, warn() {}, error() {} };

async function measure(
  { name, schema, data, throughApi = false }: Case,
  { rounds, publications }: SchemasPlan,
  notebook: Notebook,
): Promise<Cell[]> {
  const channels = ["checked:*"];
  const { config } = parseConfig({
    http_server: { address: "127.0.0.1", port: 0 },
    channel: { namespaces: [{ name: "free" }, { name: "checked", require_publication_schema: true }] },
    schemas: throughApi ? [] : [{ name: "checked", channels, schema: JSON.parse(schema) as object }],
  });
  const server = await startServer(config, { log });
  try {
    if (throughApi) await server.hub.schemas?.put("default", { name: "checked", channels, schema, force: false });
    const text = JSON.stringify(data);
    const count = Math.ceil(publications / Math.max(1, text.length / 250));
    const publishAll = (channel: string) => publishMany(server.hub, { channel, text, count });
    const micros = { "free:a": [] as number[], "checked:a": [] as number[] };
    for (let round = -2; round < rounds; round++) {
      for (const [channel, samples] of Object.entries(micros)) {
        const taken = await publishAll(channel);
        // The first rounds warm up.
        if (round >= 0) samples.push(taken);
      }
    }
    const typical = (samples: readonly number[]): number => median(samples) ?? Number.NaN;
    const [free, checked] = [typical(micros["free:a"]), typical(micros["checked:a"])];
    notebook.tell(`${name}: ${(checked - free).toFixed(2)} µs`);
    return [name, Buffer.byteLength(text), free, checked, checked - free];
  } finally {
    await server.stop();
  }
}

/** Microseconds of CPU for each. */
async function publishMany(
  hub: Hub,
  { channel, text, count }: { readonly channel: string; readonly text: string; readonly count: number },
): Promise<number> {
  const tenant = hub.directory.tenant("default");
  if (!tenant) throw new Error("there is no tenant");
  const caller: Caller = { tenant, crossesTenants: true, session: undefined };
  const before = process.cpuUsage();
  for (let i = 0; i < count; i++) await publish(hub, caller, { channel, data: text });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}
