import type { Adapter, BroadcastOptions, Room, SocketId } from "socket.io-adapter";
import type { Frame } from "../../../hub/index.ts";
import { Connection, type EngineTopics } from "../engine/index.ts";

/** How many unions of rooms are kept as topics; of more, those that were not used for longest go. */
const MAX_UNIONS = 64;

/** Whom a broadcast is for, before anybody is left out. */
interface Audience {
  readonly topic: string;
  readonly members: { readonly size: number; has(id: SocketId): boolean; keys(): Iterable<SocketId> };
}

interface Union extends Audience {
  readonly rooms: ReadonlySet<Room>;
  readonly members: Set<SocketId>;
}

/**
 * The rooms of one adapter as topics of the hub's own engine: what goes to a room, to all or to a union of rooms is
 * published once, also when some of them are left out.
 *
 * Promise: a publication reaches exactly who is a member at that moment, each once. A socket that is not connected yet
 * is a member of nothing.
 */
export class RoomTopics {
  readonly #adapter: Pick<Adapter, "rooms" | "sids">;
  readonly #prefix: string;
  /** By the id of their socket here. */
  readonly #connections = new Map<SocketId, Connection>();
  /** By their rooms, the least recently used first. */
  readonly #unions = new Map<string, Union>();

  /** `prefix` keeps its topics apart from those of other adapters on the same listener. */
  constructor(adapter: Pick<Adapter, "rooms" | "sids">, prefix: string) {
    this.#adapter = adapter;
    this.#prefix = prefix;
  }

  /** Whoever is given as a connection is connected from now on, and in all rooms that it has joined until now. */
  joined(id: SocketId, rooms: ReadonlySet<Room>, connection?: unknown): void {
    for (const room of rooms) this.#dissolve(room);
    const begins = connection instanceof Connection;
    if (begins) {
      this.#connections.set(id, connection);
      connection.topics.join(connection, this.#topicOf(undefined));
    }
    const member = this.#connections.get(id);
    for (const room of begins ? (this.#adapter.sids.get(id) ?? rooms) : rooms) {
      if (room !== id) member?.topics.join(member, this.#topicOf(room));
    }
  }

  left(id: SocketId, room: Room): void {
    this.#dissolve(room);
    const connection = this.#connections.get(id);
    connection?.topics.leave(connection, this.#topicOf(room));
  }

  gone(id: SocketId): void {
    const connection = this.#connections.get(id);
    connection?.topics.leave(connection, this.#topicOf(undefined));
    this.#connections.delete(id);
  }

  /** Connections may outlive it, with another adapter. */
  close(): void {
    for (const union of this.#unions.values()) this.#end(union);
    this.#unions.clear();
    for (const [id, connection] of this.#connections) {
      connection.topics.leave(connection, this.#topicOf(undefined));
      for (const room of this.#adapter.sids.get(id) ?? []) connection.topics.leave(connection, this.#topicOf(room));
    }
    this.#connections.clear();
  }

  /** False when nothing was sent: it has to go socket by socket. */
  publish(options: BroadcastOptions, encode: () => readonly Frame[]): boolean {
    const topics: EngineTopics | undefined = this.#connections.values().next().value?.topics;
    const audience = topics && this.#audienceOf(options.rooms);
    if (!audience) return false;
    const { topic, members } = audience;
    const excluded = this.#excludedFrom(audience, options);
    if (excluded.size > members.size / 2) return false;
    const frames = encode();
    for (const connection of excluded.values()) topics.leave(connection, topic);
    for (const frame of frames) topics.publish(topic, frame);
    // Publishing may have ended a connection, and what the application did then has moved others.
    for (const [id, connection] of excluded) if (members.has(id)) topics.join(connection, topic);
    return true;
  }

  #audienceOf(rooms: ReadonlySet<Room>): Audience | undefined {
    const [room] = rooms;
    if (rooms.size > 1) return this.#unionOf(rooms);
    if (room === undefined) return { topic: this.#topicOf(undefined), members: this.#adapter.sids };
    const members = this.#adapter.rooms.get(room);
    const isOneSocket = this.#adapter.sids.has(room);
    return members && !isOneSocket ? { topic: this.#topicOf(room), members } : undefined;
  }

  #unionOf(rooms: ReadonlySet<Room>): Union | undefined {
    const key = JSON.stringify([...rooms].sort());
    const union = this.#unions.get(key) ?? this.#formUnion(rooms, key);
    if (!union) return undefined;
    this.#unions.delete(key);
    this.#unions.set(key, union);
    const [[oldestKey, oldest] = []] = this.#unions;
    if (this.#unions.size > MAX_UNIONS && oldestKey !== undefined && oldest) {
      this.#unions.delete(oldestKey);
      this.#end(oldest);
    }
    return union;
  }

  /** `undefined` while one of its members is not connected yet. */
  #formUnion(rooms: ReadonlySet<Room>, key: string): Union | undefined {
    const members = new Set([...rooms].flatMap((room) => [...(this.#adapter.rooms.get(room) ?? [])]));
    for (const id of members) if (!this.#connections.has(id)) return undefined;
    const topic = `${this.#topicOf(undefined)}\0${key}`;
    for (const id of members) {
      const connection = this.#connections.get(id);
      connection?.topics.join(connection, topic);
    }
    return { topic, members, rooms: new Set(rooms) };
  }

  /** The members of a room have changed: its unions are formed anew when they are needed. */
  #dissolve(room: Room): void {
    for (const [key, union] of this.#unions) {
      if (!union.rooms.has(room)) continue;
      this.#unions.delete(key);
      this.#end(union);
    }
  }

  #end({ topic, members }: Union): void {
    for (const id of members) {
      const connection = this.#connections.get(id);
      connection?.topics.leave(connection, topic);
    }
    members.clear();
  }

  /** Who is to be left out by name and, of what is volatile, everybody for whom something waits already. */
  #excludedFrom({ members }: Audience, { except, flags }: BroadcastOptions): ReadonlyMap<SocketId, Connection> {
    const excluded = new Map<SocketId, Connection>();
    for (const room of except ?? []) {
      for (const id of this.#adapter.rooms.get(room) ?? []) {
        const connection = members.has(id) ? this.#connections.get(id) : undefined;
        if (connection) excluded.set(id, connection);
      }
    }
    for (const id of flags?.volatile ? members.keys() : []) {
      const connection = this.#connections.get(id);
      if (connection && connection.bufferedBytes > 0) excluded.set(id, connection);
    }
    return excluded;
  }

  #topicOf(room: Room | undefined): string {
    return room === undefined ? `sio ${this.#prefix}` : `sio ${this.#prefix} ${room}`;
  }
}
