/** What a socket that goes takes with it. */
export interface Departure {
  readonly userId: string;
  /** Rooms in which the user has no other socket on this node. */
  readonly left: readonly string[];
  /** The user has no other socket on this node. */
  readonly wasLast: boolean;
}

/**
 * Who is connected to this node, by which sockets, and in which rooms. Rooms hold users; a user is in a room as long as one
 * of the user's sockets is.
 */
export class Roster {
  readonly clients: Map<string, Set<string>> = new Map();
  readonly rooms: Map<string, Set<string>> = new Map();
  readonly #userOf = new Map<string, string>();
  readonly #roomsOf = new Map<string, Set<string>>();
  /** Sockets by room and user. */
  readonly #seats = new Map<string, Map<string, Set<string>>>();

  get socketCount(): number {
    return this.#userOf.size;
  }

  userOf(socketId: string): string | undefined {
    return this.#userOf.get(socketId);
  }

  /** True when it is the user's first socket here. The socket must not be registered. */
  register(socketId: string, userId: string): boolean {
    this.#userOf.set(socketId, userId);
    const sockets = this.clients.get(userId);
    if (sockets) sockets.add(socketId);
    else this.clients.set(userId, new Set([socketId]));
    return !sockets;
  }

  unregister(socketId: string): Departure | undefined {
    const userId = this.#userOf.get(socketId);
    if (userId === undefined) return undefined;
    const left = this.roomsOf(socketId).filter((roomId) => this.leave(socketId, roomId));
    this.#userOf.delete(socketId);
    const sockets = this.clients.get(userId);
    sockets?.delete(socketId);
    const wasLast = !sockets || sockets.size === 0;
    if (wasLast) this.clients.delete(userId);
    return { userId, left, wasLast };
  }

  roomsOf(socketId: string): string[] {
    return [...(this.#roomsOf.get(socketId) ?? [])];
  }

  isIn(socketId: string, roomId: string): boolean {
    return this.#roomsOf.get(socketId)?.has(roomId) ?? false;
  }

  /** True when it brings the user into the room. The socket must be registered. */
  enter(socketId: string, roomId: string): boolean {
    const userId = this.#userOf.get(socketId);
    if (userId === undefined || this.isIn(socketId, roomId)) return false;
    addTo(this.#roomsOf, socketId, roomId);
    const seats = this.#seats.get(roomId) ?? new Map<string, Set<string>>();
    this.#seats.set(roomId, seats);
    addTo(seats, userId, socketId);
    addTo(this.rooms, roomId, userId);
    return seats.get(userId)?.size === 1;
  }

  /** True when the user is no longer in the room. */
  leave(socketId: string, roomId: string): boolean {
    const userId = this.#userOf.get(socketId);
    const seats = this.#seats.get(roomId);
    if (userId === undefined || !seats || !this.isIn(socketId, roomId)) return false;
    takeFrom(this.#roomsOf, socketId, roomId);
    if (!takeFrom(seats, userId, socketId)) return false;
    if (seats.size === 0) this.#seats.delete(roomId);
    takeFrom(this.rooms, roomId, userId);
    return true;
  }

  roomsOfUser(userId: string): string[] {
    const rooms = new Set<string>();
    for (const socketId of this.clients.get(userId) ?? []) {
      for (const roomId of this.#roomsOf.get(socketId) ?? []) rooms.add(roomId);
    }
    return [...rooms];
  }
}

function addTo(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key);
  if (set) set.add(value);
  else sets.set(key, new Set([value]));
}

/** True when it was the last one of its set, which goes too. */
function takeFrom(sets: Map<string, Set<string>>, key: string, value: string): boolean {
  const set = sets.get(key);
  set?.delete(value);
  if (set && set.size > 0) return false;
  sets.delete(key);
  return true;
}
