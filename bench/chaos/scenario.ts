import type { Runtime, ServerNode } from "./server-node.ts";

/** One thing that goes wrong, and what must hold nevertheless. */
export interface Scenario {
  readonly name: string;
  /** What is done, in a few words. */
  readonly about: string;
  /** Whether every acknowledged publication is still in history afterwards. */
  readonly keepsAll: boolean;
  /** Part of the short form. */
  readonly short?: true;
  /** Starts what the nodes need. */
  begin(): Promise<Ground>;
}

/** What the nodes of a scenario stand on. */
export interface Ground {
  /** How many; three unless told. */
  readonly nodes?: number;
  /** Configuration of a node, besides what is the same for all scenarios. */
  config(node: number): Readonly<Record<string, unknown>>;
  /** Does the damage while clients and publishers are at work; resolves when the cause is over. */
  strike(stage: Stage): Promise<void>;
  stop(): Promise<void>;
}

export interface Stage {
  readonly nodes: readonly ServerNode[];
  readonly runtime: Runtime;
  /** One more publication of this size into every channel. */
  burst(bytes: number): Promise<void>;
  /** Lets the damage last. */
  pass(seconds: number): Promise<void>;
  /** Resolves when all are subscribed and every channel has had so many more acknowledged publications. */
  calm(publications?: number): Promise<void>;
}

/** How much is going on. */
export interface Size {
  readonly name: "full" | "quick" | "short";
  readonly clients: number;
  readonly channels: number;
  readonly publishersPerChannel: number;
  /** Of each publisher. */
  readonly publicationsPerSecond: number;
  /** What has to go well, in each channel, before and after the damage. */
  readonly calmPublications: number;
}

export const sizes: Readonly<Record<Size["name"], Size>> = {
  full: {
    name: "full",
    clients: 60,
    channels: 6,
    publishersPerChannel: 4,
    publicationsPerSecond: 5,
    calmPublications: 60,
  },
  quick: {
    name: "quick",
    clients: 20,
    channels: 4,
    publishersPerChannel: 2,
    publicationsPerSecond: 5,
    calmPublications: 20,
  },
  short: {
    name: "short",
    clients: 10,
    channels: 2,
    publishersPerChannel: 2,
    publicationsPerSecond: 10,
    calmPublications: 10,
  },
};

export interface PlayOptions {
  readonly runtime: Runtime;
  readonly size: Size;
  /** Told about once a second. */
  readonly progress?: (line: string) => void;
}
