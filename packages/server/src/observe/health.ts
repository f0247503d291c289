import type { Hub, Reply, Route } from "../hub/index.ts";
import type { Log } from "../kit/log.ts";

type Observed = Pick<Hub, "draining" | "engine" | "clock">;

export interface HealthOptions {
  readonly hub: Observed;
  readonly log: Log;
  /** "/health" when absent. */
  readonly path?: string;
  /** Why traffic should not come to any of the processes that serve together, when this is not the only one. */
  readonly collect?: () => Promise<string | undefined>;
}

/** An engine that says nothing for so long cannot serve. */
const PATIENCE_MS = 3_000;

/** Whether traffic should come to this node: `{}`, or 503 with a reason that is fit for everybody. */
export function createHealth({ hub, log, path = "/health", collect }: HealthOptions): Route {
  return {
    method: "GET",
    path,
    async handle() {
      const ailment = await (collect ? collect() : ailmentOf(hub, log));
      return ailment === undefined ? reply(200) : reply(503, ailment);
    },
  };
}

/** Why traffic should not come to this process; `undefined` when it should. */
export async function ailmentOf(hub: Observed, log: Log): Promise<string | undefined> {
  if (hub.draining) return "the node is shutting down";
  try {
    await withPatience(hub);
    return undefined;
  } catch (error) {
    log.warn("the engine cannot serve", { engine: hub.engine.name, error });
    return `the engine (${hub.engine.name}) cannot serve`;
  }
}

const reply = (status: number, reason?: string): Reply => ({
  kind: "reply",
  status,
  headers: { "Content-Type": "application/json", "Cache-Control": "no-store" },
  body: JSON.stringify(reason === undefined ? {} : { reason }),
});

async function withPatience({ engine, clock }: Observed): Promise<void> {
  let cancel = (): void => {};
  const silence = new Promise<never>((_resolve, reject) => {
    cancel = clock.after(PATIENCE_MS, () => reject(new Error(`no answer within ${PATIENCE_MS} ms`)));
  });
  try {
    await Promise.race([engine.health(), silence]);
  } finally {
    cancel();
  }
}
