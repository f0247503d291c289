/** What publishers and subscribers wrote down. Times are those of one monotonic clock, in milliseconds. */

export interface Position {
  readonly epoch: string;
  readonly offset: number;
}

/** One publication, as its publisher knows it. */
export interface Published {
  /** In its data too, so that subscribers name it. */
  readonly id: string;
  readonly channel: string;
  /** When the first attempt began. */
  readonly sentAt: number;
  /** When the last attempt ended. */
  readonly endedAt: number;
  /** `failed`: every attempt was refused before anything happened. `unknown`: at least one was not answered. */
  readonly outcome: "acknowledged" | "failed" | "unknown";
  /** Where it stands, as the acknowledgement says. */
  readonly position?: Position;
  /** Attempts with one idempotency key. */
  readonly attempts: number;
}

/** What a subscriber was told, in the order in which it was told. */
export type Heard = HeardPublication | HeardSubscribed | HeardAway;

export interface HeardPublication {
  readonly what: "publication";
  readonly at: number;
  readonly id: string;
  readonly offset: number;
  /** It came with the answer that the subscription is back. */
  readonly recovered: boolean;
}

/** It is subscribed; whether anything is missing since it was before. */
export interface HeardSubscribed {
  readonly what: "subscribed";
  readonly at: number;
  /** It had a position, and asked for what followed that. */
  readonly recovering: boolean;
  readonly recovered: boolean;
  readonly position: Position;
}

/** It is not subscribed; `ended` says that it will not come back by itself. */
export interface HeardAway {
  readonly what: "away";
  readonly at: number;
  readonly code: number;
  readonly ended: boolean;
}

/** All that one subscriber heard in one channel. */
export interface Subscriber {
  readonly name: string;
  readonly channel: string;
  readonly heard: readonly Heard[];
}

export interface Ledger {
  readonly published: readonly Published[];
  readonly subscribers: readonly Subscriber[];
  /** Ids that history still has at the end, of each channel; a channel without an entry is not asked for. */
  readonly kept: ReadonlyMap<string, ReadonlySet<string>>;
}
