import type { RunningServer, Target } from "../servers/target.ts";
import type { Kind, KindId } from "./kinds.ts";

/** A server that says the same to the same clients as the others of its scenario. */
export interface Contender extends Target {
  /** What can be asked of it. */
  readonly kinds: readonly KindId[];
  /** Throws unless a client that is not of the bench gets exactly what it has to. */
  check(server: RunningServer, kind: Kind): Promise<void>;
}

/** Those of one scenario. */
export interface Contest {
  /** Nothing can be cheaper: what it cannot do is held against its broadcast to a room. */
  readonly floor: Contender;
  readonly ours: Contender;
  /** What people would use instead. */
  readonly rival: Contender;
  /** Shown beside them. */
  readonly others: readonly Contender[];
}
