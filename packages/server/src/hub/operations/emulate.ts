import type { Hub } from "../hub.ts";
import type { Frame } from "../ports/outlet.ts";
import { encodePayload } from "./server-side/server-subscribe.ts";
import { tellOthers } from "./server-side/target.ts";

/** Commands that a client sends beside the stream of its session. */
export interface EmulatedCommands {
  /** Where the session lives, as its connect result said. */
  readonly node: string;
  readonly session: string;
  readonly data: Frame;
}

/**
 * Hands the commands to the session, on whatever node it lives, in the order of the calls and at most once: what is
 * handed over on any node after this has resolved comes after it. False when no such node is known. A session that has
 * ended is no fault: its client learns that from its stream. Throws `HubError` when the engine could not take them.
 */
export async function emulate(hub: Hub, { node, session, data }: EmulatedCommands): Promise<boolean> {
  if (node === hub.nodeId) emulateHere(hub, session, data);
  else if (hub.cluster.knows(node))
    await tellOthers(hub, { kind: "emulate", session, data: encodePayload(data) }, node);
  else return false;
  return true;
}

/** The part of the session's node. */
export function emulateHere(hub: Hub, session: string, data: Frame): void {
  hub.bySessionId.get(session)?.upstream?.message(data);
}
