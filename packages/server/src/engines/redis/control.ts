import type { Control } from "../../hub/index.ts";
import { encodeControl } from "./envelope.ts";
import { failed } from "./failures.ts";
import type { Keys } from "./keys.ts";
import { type Link, NotSent, type Partition } from "./link.ts";

export interface ControlOptions {
  readonly link: Link;
  readonly keys: Keys;
  /** The name of this node; throws when the engine is not running. */
  readonly self: () => string;
}

export function createControl({ link, keys, self }: ControlOptions): Control {
  /** Over the first one that works, which is always the same: messages of one node arrive in their order. */
  async function send(channelOf: (partition: Partition) => string, envelope: Buffer): Promise<void> {
    let refusal: unknown;
    for (const partition of link.control) {
      try {
        await partition.send({ name: partition.publishCommand, args: [channelOf(partition), envelope] });
        return;
      } catch (error) {
        if (!(error instanceof NotSent)) throw failed(error);
        refusal = error;
      }
    }
    throw failed(refusal);
  }

  return {
    async send(message, to) {
      const node = self();
      if (to === node) return;
      const envelope = encodeControl(message, node);
      await send((partition) => (to === undefined ? keys.everybody(partition) : keys.node(partition, to)), envelope);
    },
  };
}
