import { measureConnect } from "../measure/connect.ts";
import { pinGenerator } from "../measure/cores.ts";
import { createFindings, type Findings } from "../measure/findings.ts";
import { measureMemory } from "../measure/memory.ts";
import { median } from "../measure/statistics.ts";
import type { Plan } from "../plan.ts";
import type { Notebook } from "../scenario.ts";
import type { RunningServer } from "../servers/target.ts";
import { type Cost, measureBroadcast } from "./broadcast.ts";
import type { Contender, Contest } from "./contender.ts";
import { type KindId, kinds } from "./kinds.ts";

/** What was found out about one contender. */
export interface Result {
  readonly label: string;
  /** By number of publishers, for each kind of broadcast that it can. */
  readonly broadcasts: ReadonlyMap<KindId, readonly Cost[]>;
  /** µs of CPU of one connect with a token and a subscription. */
  readonly connect: number | undefined;
  /** Bytes of resident memory of one idle connection. */
  readonly memory: number | undefined;
  readonly findings: Findings;
}

export interface Results {
  readonly floor: Result;
  readonly ours: Result;
  readonly rival: Result;
  readonly others: readonly Result[];
}

/** One contender after the other; each measure of connections has a process of its own. */
export async function compare(
  { floor, ours, rival, others }: Contest,
  plan: Plan,
  notebook: Notebook,
): Promise<Results> {
  pinGenerator();
  const measure = (contender: Contender): Promise<Result> => measureOne(contender, plan, notebook);
  const results = { floor: await measure(floor), ours: await measure(ours), rival: await measure(rival) };
  const rest: Result[] = [];
  for (const other of others) rest.push(await measure(other));
  return { ...results, others: rest };
}

async function measureOne(contender: Contender, plan: Plan, { tell, failures }: Notebook): Promise<Result> {
  const findings = createFindings();
  const broadcasts = new Map<KindId, readonly Cost[]>();
  const withServer = async (work: (server: RunningServer) => Promise<void>): Promise<void> => {
    const server = await contender.start();
    try {
      await work(server);
    } finally {
      await server.stop();
    }
  };
  await withServer(async (server) => {
    for (const kind of kinds.filter(({ id }) => contender.kinds.includes(id))) {
      await contender.check(server, kind);
      const costs = await measureBroadcast({ contender, server, plan }, kind, findings);
      broadcasts.set(kind.id, costs);
      tell(`${contender.label}, ${kind.title}: ${costs.map(({ cpu }) => cpu.toFixed(2)).join(" and ")} µs a delivery`);
    }
  });
  await withServer((server) => measureConnect({ target: contender, server, plan }, findings));
  await withServer((server) => measureMemory({ target: contender, server, plan }, findings));
  const { lost, duplicated, samples } = findings;
  if (lost + duplicated > 0) failures.push(`${contender.label}: ${lost} lost, ${duplicated} duplicated`);
  const [connect, memory] = [median(samples.connect ?? []), median(samples.memory ?? [])];
  tell(
    `${contender.label}: ${connect?.toFixed(0)} µs a connect, ${((memory ?? 0) / 1_024).toFixed(1)} KB a connection`,
  );
  return { label: contender.label, broadcasts, connect, memory, findings };
}
