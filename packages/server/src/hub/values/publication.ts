/** JSON text that is known to be valid and has no raw line break, or opaque bytes. */
export type Payload = string | Uint8Array;

/** What others may see of a client (protocol message `ClientInfo`). */
export interface ClientInfo {
  readonly user: string;
  readonly client: string;
  readonly connInfo?: Payload;
  readonly chanInfo?: Payload;
}

export type Tags = Readonly<Record<string, string>>;

/** Data published into a channel. */
export interface Publication {
  readonly data: Payload;
  /** Number in the channel's stream, from 1; 0 when the channel keeps no history. */
  readonly offset: number;
  readonly tags?: Tags;
  /** The publishing client; absent when a backend published. */
  readonly info?: ClientInfo;
  /** May travel as the difference to the one before. */
  readonly delta?: boolean;
  /** Where it was published, when that is another channel than the one it is delivered in. */
  readonly channel?: string;
}

/** Where a reader stands in a stream. `epoch` names the life of the stream, `offset` the last publication seen. */
export interface Position {
  readonly offset: number;
  readonly epoch: string;
}

export const samePosition = (a: Position, b: Position): boolean => a.offset === b.offset && a.epoch === b.epoch;
