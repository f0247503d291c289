import type { Account } from "./account.ts";

/** What a swarm is told when its process starts, as JSON in its only argument. */
export interface SwarmSetup {
  /** Of its first member; user, channel and token follow from a member's number. */
  readonly first: number;
  readonly members: number;
  readonly channels: number;
  readonly hmacSecret: string;
  /** The address of the server that its connections go to: each pair of addresses has ports of its own. */
  readonly host: string;
  /** Members that connect at the same time. */
  readonly concurrency: number;
}

export interface Standing {
  readonly live: number;
  readonly delivered: number;
  /** Attempts to connect that failed and were made again. */
  readonly retries: number;
  /** Connections that ended though nobody here ended them, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Why an attempt failed, the last one. */
  readonly lastFailure: string;
}

/** Everything that a swarm can be asked, with its answer. */
export interface SwarmOrders {
  /** Connects whoever is away, and answers when all are live. Who is dropped from then on goes there too. */
  open: { readonly argument: { readonly port: number }; readonly answer: true };
  /** Ends all connections at once. */
  cut: { readonly argument: object; readonly answer: true };
  standing: { readonly argument: object; readonly answer: Standing };
  /** Counts of a histogram of the latencies since it was last asked, in ms. */
  latencies: { readonly argument: object; readonly answer: readonly number[] };
  account: { readonly argument: { readonly tops: readonly number[] }; readonly answer: Account };
}

export type OrderName = keyof SwarmOrders;

export interface Order<Name extends OrderName = OrderName> {
  readonly id: number;
  readonly name: Name;
  readonly argument: SwarmOrders[Name]["argument"];
}

export interface OrderAnswer {
  readonly id: number;
  readonly answer?: unknown;
  readonly failure?: string;
}

/** Channel of a member; its namespace keeps history and recovers. */
export const channelName = (channel: number): string => `crowd:${channel}`;
