import type { RedisServer } from "../../packages/server/src/engines/redis/processes/redis-server.fixture.ts";
import type { Tally } from "../generator/crowd.ts";
import type { Notebook } from "../scenario.ts";
import type { RunningServer } from "../servers/target.ts";
import type { RedisPlan } from "./plan.ts";

/** Who is compared, all of it running side by side; only one is at work at a time. */
export interface Subject {
  readonly plan: RedisPlan;
  readonly memory: RunningServer;
  /** Two nodes over one Redis; publications go in at the first. */
  readonly near: RunningServer;
  readonly far: RunningServer;
  readonly redis: RedisServer;
  readonly notebook: Notebook;
}

/** Nothing may be lost: then the figures would be of less work. */
export function checkTally({ lost, duplicated }: Tally, what: string, { failures }: Notebook): void {
  if (lost + duplicated > 0) failures.push(`${what}: ${lost} lost, ${duplicated} duplicated`);
}
