import type { Clock } from "../../../kit/clock.ts";

/** What nodes tell each other about users; `version` counts the changes, so that a lost one is noticed. */
export type PeerMessage =
  | { readonly kind: "hello"; readonly node: string }
  | { readonly kind: "alive"; readonly node: string; readonly version: number }
  | {
      readonly kind: "snapshot";
      readonly node: string;
      readonly version: number;
      readonly users: readonly string[];
      readonly rooms: readonly (readonly [room: string, users: readonly string[]])[];
    }
  | { readonly kind: "change"; readonly node: string; readonly version: number; readonly change: PresenceChange }
  | { readonly kind: "disconnect"; readonly node: string; readonly userId: string }
  | { readonly kind: "bye"; readonly node: string };

/** A user came to a node or its room, or is no longer there. */
export interface PresenceChange {
  readonly userId: string;
  readonly roomId?: string | undefined;
  readonly here: boolean;
  /** The connection that made the change, where it is known. */
  readonly socketId?: string | undefined;
}

export interface PeersOptions {
  readonly node: string;
  readonly clock: Clock;
  /** To all other nodes; nothing happens while there is no way to them. */
  readonly tell: (message: PeerMessage) => void;
  /** Users and rooms of this node. */
  readonly own: () => {
    readonly users: Iterable<string>;
    readonly rooms: Iterable<readonly [string, Iterable<string>]>;
  };
  /** An order of another node to end this user's connections. */
  readonly disconnect: (userId: string) => void;
  /**
   * Users came to the peers as a whole, or are with none of them any more. What was missed shows at the next comparison:
   * both nodes of a user that leaves both at once find out, whichever of their messages comes first.
   */
  readonly moved: (changes: readonly PresenceChange[]) => void;
}

interface Peer {
  version: number;
  users: Set<string>;
  rooms: Map<string, Set<string>>;
  heardAt: number;
}

export const ALIVE_EVERY_MS = 3_000;
const GONE_AFTER_MS = 10_000;

/**
 * The users and rooms of the other nodes, as far as this one has heard. So a question about the cluster has an answer at
 * once; it may be behind by what is on its way, and by ten seconds for a node that died.
 */
export class Peers {
  readonly #options: PeersOptions;
  readonly #peers = new Map<string, Peer>();
  #version = 0;
  #end = (): void => {};

  constructor(options: PeersOptions) {
    this.#options = options;
  }

  start(): void {
    const { node, clock, tell } = this.#options;
    this.#end();
    this.#end = clock.every(ALIVE_EVERY_MS, () => {
      tell({ kind: "alive", node, version: this.#version });
      this.#forgetSilent();
    });
    tell({ kind: "hello", node });
    this.#tellAll();
  }

  stop(): void {
    this.#end();
    this.#options.tell({ kind: "bye", node: this.#options.node });
    this.#peers.clear();
  }

  /** A change on this node, which the others should know. */
  changed(change: PresenceChange): void {
    this.#version++;
    this.#options.tell({ kind: "change", node: this.#options.node, version: this.#version, change });
  }

  disconnect(userId: string): void {
    this.#options.tell({ kind: "disconnect", node: this.#options.node, userId });
  }

  get count(): number {
    return this.#peers.size;
  }

  hasUser(userId: string): boolean {
    return this.#some((peer) => peer.users.has(userId));
  }

  isInRoom(userId: string, roomId: string): boolean {
    return this.#some((peer) => peer.rooms.get(roomId)?.has(userId) ?? false);
  }

  usersIn(roomId: string): string[] {
    return [...this.#peers.values()].flatMap((peer) => [...(peer.rooms.get(roomId) ?? [])]);
  }

  users(): string[] {
    return [...this.#peers.values()].flatMap((peer) => [...peer.users]);
  }

  rooms(): string[] {
    return [...this.#peers.values()].flatMap((peer) => [...peer.rooms.keys()]);
  }

  #some(test: (peer: Peer) => boolean): boolean {
    for (const peer of this.#peers.values()) if (test(peer)) return true;
    return false;
  }

  receive(message: PeerMessage): void {
    const { node, tell, disconnect } = this.#options;
    if (message.node === node) return;
    const peer = this.#peers.get(message.node);
    if (peer) peer.heardAt = this.#options.clock.monotonic();
    switch (message.kind) {
      case "hello":
        this.#tellAll();
        return;
      case "snapshot":
        this.#replace(message.node, {
          version: message.version,
          users: new Set(message.users),
          rooms: new Map(message.rooms.map(([room, users]) => [room, new Set(users)])),
          heardAt: this.#options.clock.monotonic(),
        });
        return;
      case "change":
        if (peer && message.version === peer.version + 1) this.#apply(peer, message);
        else if (!peer || message.version > peer.version) tell({ kind: "hello", node });
        return;
      case "alive":
        if (peer?.version !== message.version) tell({ kind: "hello", node });
        return;
      case "disconnect":
        disconnect(message.userId);
        return;
      case "bye":
        this.#forget(message.node);
    }
  }

  #tellAll(): void {
    const { node, own, tell } = this.#options;
    const { users, rooms } = own();
    const list = [...rooms].map(([room, members]) => [room, [...members]] as const);
    tell({ kind: "snapshot", node, version: this.#version, users: [...users], rooms: list });
  }

  #forgetSilent(): void {
    const since = this.#options.clock.monotonic() - GONE_AFTER_MS;
    for (const [node, { heardAt }] of this.#peers) if (heardAt < since) this.#forget(node);
  }

  #forget(node: string): void {
    if (this.#peers.has(node)) this.#replace(node, undefined);
  }

  #replace(node: string, next: Peer | undefined): void {
    const last = this.#peers.get(node);
    this.#peers.delete(node);
    const isNews = (change: PresenceChange): boolean => !this.#has(change);
    const left = changesOf(last, false).filter((change) => !(next && isIn(next, change)) && isNews(change));
    const came = changesOf(next, true).filter((change) => !(last && isIn(last, change)) && isNews(change));
    if (next) this.#peers.set(node, next);
    this.#tellMoved([...left, ...came]);
  }

  #apply(peer: Peer, { version, change }: Extract<PeerMessage, { kind: "change" }>): void {
    const before = this.#has(change);
    peer.version = version;
    enter(peer, change);
    if (this.#has(change) !== before) this.#tellMoved([change]);
  }

  #has(change: PresenceChange): boolean {
    return this.#some((peer) => isIn(peer, change));
  }

  #tellMoved(changes: readonly PresenceChange[]): void {
    if (changes.length > 0) this.#options.moved(changes);
  }
}

const isIn = ({ users, rooms }: Peer, { userId, roomId }: PresenceChange): boolean =>
  (roomId === undefined ? users : rooms.get(roomId))?.has(userId) ?? false;

function changesOf(peer: Peer | undefined, here: boolean): PresenceChange[] {
  if (!peer) return [];
  const inRooms = [...peer.rooms].flatMap(([roomId, users]) => [...users].map((userId) => ({ userId, roomId, here })));
  return [...inRooms, ...[...peer.users].map((userId) => ({ userId, here }))];
}

function enter(peer: Peer, { userId, roomId, here }: PresenceChange): void {
  if (roomId === undefined) {
    if (here) peer.users.add(userId);
    else peer.users.delete(userId);
    return;
  }
  const users = peer.rooms.get(roomId) ?? new Set();
  if (here) users.add(userId);
  else users.delete(userId);
  if (users.size > 0) peer.rooms.set(roomId, users);
  else peer.rooms.delete(roomId);
}
