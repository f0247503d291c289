import type { Script } from "./script.ts";

/** A string is sent as UTF-8. */
export type Argument = string | number | Buffer;

/** An answer of Redis. Text comes as bytes; an error inside of a transaction comes as a value. */
export type Reply = Buffer | number | null | Error | readonly Reply[];

/** A plain command with its arguments, or a script with its keys in front. */
export type Command =
  | { readonly name: string; readonly args: readonly Argument[] }
  | {
      readonly script: Script;
      readonly keys: readonly string[];
      readonly args: readonly Argument[];
      /** The answer is kept back until as many replicas have it as the link was told to wait for. */
      readonly replicated?: true;
    };

/** Redis was not asked, or refused without having done anything: trying again later is safe. */
export class NotSent extends Error {}

/** Redis was asked and did not answer: it may have happened, or may happen yet. */
export class Unanswered extends Error {}

/** It happened, but too few replicas have it: a failover may lose it. */
export class NotReplicated extends Unanswered {}

/**
 * A part of a link whose keys and channels live together: a script may touch any of them. Commands are carried out in the
 * order in which they were sent, those of one turn leave together, and none is ever sent twice. They reject at once with
 * `NotSent` when Redis is away or too many wait, with `Unanswered` when it went away or stays silent, and with a plain
 * error, which changed nothing outside of scripts, when Redis did not like what it was asked.
 */
export interface Partition {
  /** Part of every name of a key and a channel of this partition: a hash tag, or nothing. */
  readonly tag: string;
  readonly publishCommand: "PUBLISH" | "SPUBLISH";
  /**
   * The process that answers, new after every restart and failover; known before the first command may be sent to it.
   * Empty: only a script can find it out, because commands are redirected.
   */
  readonly generation: string;
  send(command: Command): Promise<Reply>;
  /** All or nothing, with no other command in between. */
  transaction(commands: readonly Command[]): Promise<readonly Reply[]>;
  /** When it resolves, every later message arrives. Survives reconnects; rejects with `NotSent` after a bounded time. */
  subscribe(channel: string): Promise<void>;
  /** From the call on, the caller ignores what still arrives. */
  unsubscribe(channel: string): Promise<void>;
}

export interface LinkEvents {
  message(channel: string, payload: Buffer): void;
  /**
   * Messages of these partitions may have been lost, and every channel of theirs is subscribed again; or another process
   * answers for them.
   */
  interrupted(partitions: ReadonlySet<Partition>): void;
}

/**
 * The way to Redis: one address, a Sentinel group, a Cluster, or several of these side by side. Which partition a key
 * belongs to is the same on every node that has the same configuration.
 */
export interface Link {
  /** For people, without credentials. */
  readonly name: string;
  readonly partitions: readonly Partition[];
  /** One partition of each Redis that lives and dies by itself: messages from node to node are sent over one of them. */
  readonly control: readonly Partition[];
  partitionOf(key: string): Partition;
  /** Resolves when commands and subscriptions work; rejects with the reason when they do not in time. Once per link. */
  open(events: LinkEvents): Promise<void>;
  /** What is open rejects; no event follows. */
  close(): Promise<void>;
}
