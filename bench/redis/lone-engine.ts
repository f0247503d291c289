import {
  type LoneEngine,
  startLoneEngine,
} from "../../packages/server/src/engines/redis/processes/lone-engine.fixture.ts";
import type { RedisServer } from "../../packages/server/src/engines/redis/processes/redis-server.fixture.ts";
import { createPayload } from "../generator/marker.ts";
import { expensesOf } from "../measure/expenses.ts";
import type { Sheet } from "../report.ts";
import type { Notebook } from "../scenario.ts";
import type { RedisPlan } from "./plan.ts";

/** How fast the engine publishes with no hub around it, and what the turn's pipelining is worth. The engine runs in this process. */
export async function measureLoneEngine(server: RedisServer, plan: RedisPlan, notebook: Notebook): Promise<Sheet> {
  const rows = [];
  for (const kept of [false, true]) {
    for (const underWay of plan.underWay) {
      const title = `${kept ? "with" : "without"} history, ${underWay} under way`;
      const together = await measure({ server, plan, kept, underWay, pipelining: true });
      const alone = await measure({ server, plan, kept, underWay, pipelining: false });
      notebook.tell(`engine alone, ${title}: ${Math.round(together[0])}/s`);
      rows.push([title, ...together, ...alone, `${(together[0] / alone[0]).toFixed(2)}×`]);
    }
  }
  const figures = ["publications/s", "µs CPU engine", "µs CPU Redis"];
  const head = ["", ...figures, ...figures.map((figure) => `… each alone: ${figure}`), "gain"];
  return { title: "The engine alone: what one turn sends leaves together, or each publication alone", head, rows };
}

interface Case {
  readonly server: RedisServer;
  readonly plan: RedisPlan;
  readonly kept: boolean;
  readonly underWay: number;
  readonly pipelining: boolean;
}

/** Publications per second, and µs of CPU of each: of this process, and of Redis. */
async function measure({ server, plan, pipelining, ...load }: Case): Promise<readonly [number, number, number]> {
  const engine = await startLoneEngine({ server, pipelining });
  const data = createPayload(plan.payloadBytes);
  try {
    await publishFor(plan.warmUpSeconds, engine, { ...load, data });
    let published = 0;
    const cost = await expensesOf({ engine: [process.pid], redis: [server.pid] }, async () => {
      published = await publishFor(plan.windowSeconds, engine, { ...load, data });
    });
    return [published / cost.seconds, cost.engine / published, cost.redis / published];
  } finally {
    await engine.stop();
  }
}

interface Load {
  readonly kept: boolean;
  readonly underWay: number;
  readonly data: string;
}

async function publishFor(seconds: number, engine: LoneEngine, { kept, underWay, data }: Load): Promise<number> {
  const until = performance.now() + seconds * 1_000;
  let published = 0;
  const publishOneByOne = async (_: unknown, lane: number) => {
    while (performance.now() < until) {
      await engine.publish(`lane-${lane}`, data, kept);
      published++;
    }
  };
  await Promise.all(Array.from({ length: underWay }, publishOneByOne));
  return published;
}
