import type { Hub, Reply, Route } from "../hub/index.ts";
import type { Log } from "../kit/log.ts";

export interface HealthOptions {
  readonly hub: Pick<Hub, "draining" | "engine" | "clock">;
  readonly log: Log;
  /** "/health" when absent. */
  readonly path?: string;
}

/** An engine that says nothing for so long cannot serve. */
const PATIENCE_MS = 3_000;

/** Whether traffic should come to this node: `{}`, or 503 with a reason that is fit for everybody. */
export function createHealth({ hub, log, path = "/health" }: HealthOptions): Route {
  return {
    method: "GET",
    path,
    async handle() {
      if (hub.draining) return reply(503, "the node is shutting down");
      try {
        await withPatience(hub);
      } catch (error) {
        log.warn("the engine cannot serve", { engine: hub.engine.name, error });
        return reply(503, `the engine (${hub.engine.name}) cannot serve`);
      }
      return reply(200);
    },
  };
}

const reply = (status: number, reason?: string): Reply => ({
  kind: "reply",
  status,
  headers: { "Content-Type": "application/json", "Cache-Control": "no-store" },
  body: JSON.stringify(reason === undefined ? {} : { reason }),
});

async function withPatience({ engine, clock }: HealthOptions["hub"]): Promise<void> {
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
