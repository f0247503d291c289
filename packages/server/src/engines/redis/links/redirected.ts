import type { Clock } from "../../../kit/clock.ts";
import { NotSent } from "../link.ts";
import type { ClusterMap } from "./cluster-map.ts";
import type { ClusterNode } from "./cluster-node.ts";
import type { Master } from "./master.ts";
import { readRedirection } from "./slot-owners.ts";

export interface RedirectedOptions {
  readonly map: ClusterMap;
  readonly slot: number;
  readonly clock: Clock;
}

/** A command that was sent elsewhere so often meets a Cluster that does not agree with itself. */
const MOST_TRIES = 6;
/** How long a new master may take to be reached while a command waits for it. */
const REACH_MS = 1_000;
/** The keys of a slot in transit come together again within milliseconds; doubled each time. */
const AGAIN_MS = 10;

/**
 * Carries a command out at the master that has the slot, wherever that is now. A master that sends it elsewhere has done
 * nothing of it, so it is never done twice.
 */
export async function redirected<T>(
  { map, slot, clock }: RedirectedOptions,
  run: (commands: Master, asking: boolean) => Promise<T>,
): Promise<T> {
  let node: ClusterNode | undefined = map.ownerOf(slot);
  let asking = false;
  for (let tries = 1; ; tries++) {
    if (!node) throw new NotSent(`no master of the Redis Cluster has slot ${slot}`);
    try {
      return await run(node.commands, asking);
    } catch (error) {
      const message = error instanceof NotSent && error.cause instanceof Error ? error.cause.message : "";
      const redirection = readRedirection(message, node.endpoint);
      if (tries === MOST_TRIES || !(redirection || message.startsWith("TRYAGAIN"))) throw error;
      if (redirection) {
        if (!redirection.ask) map.learn(redirection);
        asking = redirection.ask;
        node = map.nodeAt(redirection.to);
        if (!node.commands.isUp) await Promise.race([node.opened, pause(clock, REACH_MS)]);
      } else {
        await pause(clock, AGAIN_MS * 2 ** tries);
      }
    }
  }
}

const pause = (clock: Clock, ms: number): Promise<void> => new Promise((resolve) => void clock.after(ms, resolve));
