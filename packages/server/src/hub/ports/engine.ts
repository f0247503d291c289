import type { ChannelKey } from "../values/channel.ts";
import type { ClientInfo, Position, Publication } from "../values/publication.ts";

export interface StreamOptions {
  /** Publications kept. */
  readonly size: number;
  /** How long they are kept after the last publication. */
  readonly ttlMs: number;
  /** How long offset and epoch live after the last publication or read; never shorter than the publications. */
  readonly metaTtlMs: number;
}

export interface PublishOptions {
  /** Absent: the publication gets no offset and is not kept. */
  readonly stream?: StreamOptions;
  /** The same key on the same channel within its time to live returns the first result and publishes nothing. */
  readonly idempotency?: { readonly key: string; readonly ttlMs: number };
  /** A publication whose version is not above the channel's current one of the same epoch is dropped (needs `stream`). */
  readonly version?: { readonly value: number; readonly epoch: string };
}

export interface PublishResult {
  /** Absent for a channel without history. */
  readonly position?: Position;
  /** Nothing was published, because of the idempotency key or the version. */
  readonly suppressed: boolean;
}

export interface HistoryQuery {
  /** Exclusive start. Forward: later offsets. Reverse: earlier offsets. An empty epoch stands for any. */
  readonly since?: Position;
  /** 0: only the position. Negative: everything. */
  readonly limit: number;
  readonly reverse?: boolean;
  /** Keeps offset and epoch alive this much longer. */
  readonly metaTtlMs: number;
}

/** A page of history and the top of the stream, read at one moment. */
export interface HistoryPage {
  /** Empty when `since` names another epoch. */
  readonly publications: readonly Publication[];
  readonly top: Position;
}

/** Moves publications between nodes and keeps their history. */
export interface Broker {
  /** After it resolves, every later publication, join and leave of the channel arrives as an event on this node. */
  subscribe(key: ChannelKey): Promise<void>;
  unsubscribe(key: ChannelKey): Promise<void>;
  /**
   * One atomic step: history, offset and sending. When it resolves the publication is in history (promise 3).
   * Events of one channel arrive in offset order. `publication.offset` is ignored. A stream that may have lost
   * publications has another epoch from the next one on: no offset of an epoch is given twice.
   *
   * Rejects in bounded time with `HubError` unavailable when nothing was done, outcomeUnknown when it may have been.
   */
  publish(key: ChannelKey, publication: Publication, options: PublishOptions): Promise<PublishResult>;
  join(key: ChannelKey, info: ClientInfo): Promise<void>;
  leave(key: ChannelKey, info: ClientInfo): Promise<void>;
  /** Creates the epoch when the stream does not exist yet, so that the returned position can be continued. */
  history(key: ChannelKey, query: HistoryQuery): Promise<HistoryPage>;
  /**
   * The tops of many streams, in the order of the keys, asked for in one go; `undefined` where there is no stream. None
   * is behind a publication that was acknowledged, or arrived as an event, before the call. Creates and prolongs nothing.
   */
  tops(keys: readonly ChannelKey[]): Promise<readonly (Position | undefined)[]>;
  /** Removes the publications; offset and epoch stay. */
  removeHistory(key: ChannelKey): Promise<void>;
}

/**
 * Who is in a channel now, on all nodes. Entries vanish `ttlMs` after they were last added, those of a node that died
 * within seconds.
 */
export interface PresenceStore {
  /** Adds or prolongs. */
  add(key: ChannelKey, info: ClientInfo, ttlMs: number): Promise<void>;
  remove(key: ChannelKey, client: string): Promise<void>;
  list(key: ChannelKey): Promise<readonly ClientInfo[]>;
  stats(key: ChannelKey): Promise<{ readonly clients: number; readonly users: number }>;
}

/** Messages from node to node, each delivered at most once, those of one node in the order sent; JSON values only. */
export interface Control {
  /** To one node, or to all others when `node` is absent. Never to the sender. */
  send(message: ControlMessage, node?: string): Promise<void>;
}

export type ControlMessage = { readonly kind: string } & Readonly<Record<string, unknown>>;

/** What an engine tells its node. The hub implements it; calls never overlap for one channel. */
export interface EngineEvents {
  /** `epoch` is empty when the channel keeps no history. */
  publication(key: ChannelKey, publication: Publication, epoch: string): void;
  join(key: ChannelKey, info: ClientInfo): void;
  leave(key: ChannelKey, info: ClientInfo): void;
  control(message: ControlMessage, from: string): void;
  /**
   * Events of these channels, or of all, may have been lost (a reconnect, a failover). Called when events arrive again,
   * so that whoever compares positions from now on finds all that is missing.
   */
  interrupted(affects?: (key: ChannelKey) => boolean): void;
}

/** Broker, presence and control of one technology, joined to one node. */
export interface Engine {
  readonly name: string;
  readonly broker: Broker;
  readonly presence: PresenceStore;
  readonly control: Control;
  /** Joins as `node`; events arrive from now on. */
  start(node: string, events: EngineEvents): Promise<void>;
  /** Leaves; open calls reject or finish. */
  stop(): Promise<void>;
  /** Rejects with the reason when the engine cannot serve. */
  health(): Promise<void>;
}
