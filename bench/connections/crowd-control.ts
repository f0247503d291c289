import { Histogram } from "../generator/histogram.ts";
import type { Notebook } from "../scenario.ts";
import type { RunningServer } from "../servers/target.ts";
import { type Account, addAccounts } from "./account.ts";
import type { Fleet } from "./limits.ts";
import type { ConnectionsPlan } from "./plan.ts";
import { type Swarm, startSwarm } from "./swarm.ts";
import type { Standing } from "./swarm-orders.ts";

/** All swarms as one. */
export interface CrowdControl {
  readonly pids: readonly number[];
  /** Connects everybody, swarm n to server n + `shift`; resolves with the seconds it took. */
  open(title: string, shift: number): Promise<number>;
  cut(): Promise<void>;
  standing(): Promise<Standing>;
  /** Resolves when everybody has everything up to the tops of the channels, or when nothing moves any more. */
  settled(tops: readonly number[]): Promise<Account>;
  /** Latencies since it was last asked. */
  latencies(): Promise<Histogram>;
  stop(): Promise<void>;
}

export interface CrowdControlOptions {
  readonly plan: ConnectionsPlan;
  readonly fleet: Fleet;
  readonly channels: number;
  readonly nodes: readonly RunningServer[];
  readonly notebook: Notebook;
}

const lookAgainMs = 50;
const tellMs = 1_000;
/** What has not moved for so long is lost. */
const patienceMs = 5_000;

export function createCrowdControl({ plan, fleet, channels, nodes, notebook }: CrowdControlOptions): CrowdControl {
  const swarms = startSwarms(plan, fleet, { channels, hmacSecret: nodes[0]?.hmacSecret ?? "" });

  const standing = async () => addStandings(await Promise.all(swarms.map((swarm) => swarm.ask("standing", {}))));

  /** Tells once a second how far it is, until it has arrived or its time is over. */
  const until = async (title: string, arrived: (now: Standing) => boolean, progress: (now: Standing) => string) => {
    const started = performance.now();
    let told = started;
    for (;;) {
      const now = await standing();
      if (arrived(now)) return;
      const at = performance.now();
      if (at - started > plan.phaseSeconds * 1_000) {
        throw new Error(`${title}: not over within ${plan.phaseSeconds} s: ${progress(now)}. ${now.lastFailure}`);
      }
      if (at - told >= tellMs) {
        told = at;
        notebook.tell(`${title}: ${progress(now)}`);
      }
      await Bun.sleep(lookAgainMs);
    }
  };

  return {
    pids: swarms.map(({ pid }) => pid),
    async open(title, shift) {
      const started = performance.now();
      const opening = swarms.map((swarm, i) => {
        const { port = 0 } = nodes[(i + shift) % nodes.length] ?? {};
        return swarm.ask("open", { port });
      });
      const progress = ({ live, retries }: Standing) => `${live} of ${plan.count} connected, ${retries} retries`;
      // That a swarm has tried is not enough; that one has failed is.
      const failed = Promise.all(opening).then(() => Promise.withResolvers<void>().promise);
      await Promise.race([failed, until(title, allLive, progress)]);
      return (performance.now() - started) / 1_000;
    },
    async cut() {
      await Promise.all(swarms.map((swarm) => swarm.ask("cut", {})));
    },
    standing,
    async settled(tops) {
      let before = -1;
      let since = performance.now();
      for (;;) {
        const account = addAccounts(await Promise.all(swarms.map((swarm) => swarm.ask("account", { tops }))));
        if (account.lost === 0) return account;
        if (account.lost !== before) since = performance.now();
        else if (performance.now() - since > patienceMs) return account;
        before = account.lost;
        await Bun.sleep(lookAgainMs);
      }
    },
    async latencies() {
      const sum = new Histogram();
      for (const counts of await Promise.all(swarms.map((swarm) => swarm.ask("latencies", {})))) sum.addAll(counts);
      return sum;
    },
    async stop() {
      await Promise.all(swarms.map((swarm) => swarm.stop()));
    },
  };

  function allLive({ live }: Standing): boolean {
    return live >= plan.count;
  }
}

function startSwarms(
  plan: ConnectionsPlan,
  { processes, perProcess }: Fleet,
  shared: { readonly channels: number; readonly hmacSecret: string },
): readonly Swarm[] {
  return Array.from({ length: processes }, (_, i) =>
    startSwarm({
      ...shared,
      first: i * perProcess,
      members: Math.max(0, Math.min(perProcess, plan.count - i * perProcess)),
      host: `127.0.${i + 1}.1`,
      concurrency: Math.ceil(plan.concurrency / processes),
    }),
  );
}

function addStandings(all: readonly Standing[]): Standing {
  const sum = (of: (standing: Standing) => number) => all.reduce((total, standing) => total + of(standing), 0);
  const dropped: Record<string, number> = {};
  for (const each of all) {
    for (const [why, count] of Object.entries(each.dropped)) dropped[why] = (dropped[why] ?? 0) + count;
  }
  return {
    live: sum(({ live }) => live),
    delivered: sum(({ delivered }) => delivered),
    retries: sum(({ retries }) => retries),
    dropped,
    lastFailure: all.find(({ lastFailure }) => lastFailure !== "")?.lastFailure ?? "",
  };
}
