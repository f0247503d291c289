import type { Namespace } from "socket.io";
import {
  Adapter,
  type BroadcastOptions,
  ClusterAdapterWithHeartbeat,
  type ClusterMessage,
  type ClusterResponse,
  MessageType,
  type Room,
  type Session,
  type SocketId,
} from "socket.io-adapter";
import { PacketType } from "socket.io-parser";
import { type Caller, DEFAULT_TENANT_ID, type Frame, type Hub, type Publication, publish } from "../../../hub/index.ts";
import { roomToChannel } from "../room-channel.ts";
import { type Bus, type BusMessage, busOf } from "./bus.ts";
import { decodeEvent, encodeEvent } from "./event-publication.ts";
import { pack, unpack } from "./packed.ts";
import { type GoneClient, Recovery } from "./recovery.ts";
import { RoomFeeds } from "./room-feeds.ts";
import { RoomTopics } from "./room-topics.ts";

export interface HubAdapterOptions {
  /** Whose channels its rooms are; a function gives each Socket.IO namespace its own tenant. Absent: the default tenant. */
  readonly tenant?: string | ((namespace: string) => string);
  /** How often other nodes hear that this one is alive, and after how long silence it is gone; in milliseconds. */
  readonly heartbeatInterval?: number;
  readonly heartbeatTimeout?: number;
  /** Called for each broadcast that the hub did not take: it reached nobody. */
  readonly unpublished?: (channel: string, error: unknown) => void;
}

/** What `io.adapter()` takes. */
export type AdapterConstructor = typeof Adapter;

/**
 * Joins a Socket.IO server to the hub: `io.adapter(createHubAdapter(hub))`, before clients connect. Every broadcast is one
 * publication in the channel of its room (`roomToChannel`), and reaches sockets, also those of the same node, when it
 * comes back from the hub: so all nodes see a room's events in the same order.
 */
export function createHubAdapter(hub: Hub, options: HubAdapterOptions = {}): AdapterConstructor {
  return class extends HubAdapter {
    constructor(namespace: Namespace) {
      super(namespace, hub, options);
    }
  };
}

interface EventPacket {
  readonly type: PacketType;
  readonly data: unknown[];
  readonly id?: number;
}

class HubAdapter extends ClusterAdapterWithHeartbeat {
  readonly #hub: Hub;
  readonly #caller: Caller;
  readonly #bus: Bus;
  readonly #feeds: RoomFeeds;
  readonly #name: string;
  /** Where what concerns several rooms, or a socket of another node, travels: nobody but operators may read it. */
  readonly #mixed: string;
  readonly #everybody: string;
  /** Rooms of this node by their channel; a room may have two names. */
  readonly #roomsAt = new Map<string, Set<Room>>();
  /** For connections of the hub's own engine: they get broadcasts by topic. */
  readonly #topics: RoomTopics;
  /** With Socket.IO's connection state recovery. */
  readonly #recovery: Recovery | undefined;
  readonly #unpublished: (channel: string, error: unknown) => void;
  #leaveBus = (): void => {};

  constructor(namespace: Namespace, hub: Hub, options: HubAdapterOptions) {
    const { tenant = DEFAULT_TENANT_ID, unpublished = () => {}, ...beats } = options;
    super(namespace, beats);
    const id = typeof tenant === "string" ? tenant : tenant(namespace.name);
    const found = hub.directory.tenant(id);
    if (!found) throw new Error(`createHubAdapter: there is no tenant "${id}"`);
    if (!found.namespace("room")) {
      throw new Error('createHubAdapter: rooms are channels: declare the namespace "room" in channel.namespaces');
    }
    this.#hub = hub;
    this.#unpublished = unpublished;
    this.#caller = { tenant: found, crossesTenants: false, session: undefined };
    this.#bus = busOf(hub);
    this.#topics = new RoomTopics(this, this.uid);
    this.#name = `${id} ${namespace.name}`;
    this.#mixed = `admin:socketio:${id}:${roomToChannel(namespace.name)}`;
    this.#everybody = roomToChannel(namespace.name);
    this.#feeds = new RoomFeeds({
      hub,
      publication: (channel, publication) => this.#arrived(channel, publication),
      lost: (channel) => {
        this.#recovery?.lost(channel);
        hub.log.warn("events of a Socket.IO room were lost on the way here", { channel });
      },
    });
    this.#recovery = this.#createRecovery(namespace);
  }

  #createRecovery({ server }: Namespace): Recovery | undefined {
    const { connectionStateRecovery: options } = (server as unknown as ServerWithOptions)._opts;
    if (!options) return undefined;
    // Whoever comes back says who it is like anybody else: by now it may not be trusted any more.
    options.skipMiddlewares = false;
    return new Recovery({
      hub: this.#hub,
      uid: this.uid,
      channel: `${this.#mixed}:gone`,
      operator: this.#operator,
      maxDisconnectionMs: options.maxDisconnectionDuration ?? 120_000,
      callerOf: (channel) => (channel === this.#mixed ? this.#operator : this.#caller),
      position: (channel) => this.#feeds.position(channel),
      enter: (channel) => this.#feeds.enter(channel, this.#caller),
      abandon: (channel) => {
        const isShared = channel === this.#mixed || channel === this.#everybody;
        if (!isShared && !this.#roomsAt.has(channel)) this.#feeds.leave(channel);
      },
    });
  }

  override init(): void {
    this.#recovery?.start();
    this.#leaveBus = this.#bus.join(this.#name, this.#receive);
    this.#feeds.enter(this.#everybody, this.#caller);
    this.#feeds.enter(this.#mixed, this.#operator);
    super.init();
  }

  override close(): void {
    super.close();
    this.#leaveBus();
    this.#topics.close();
    this.#recovery?.stop();
    this.#feeds.close();
  }

  get #operator(): Caller {
    return { tenant: this.#hub.directory.platform, crossesTenants: true, session: undefined };
  }

  // Rooms

  /** Resolves when the node gets what is sent to the rooms. */
  override addAll(id: SocketId, rooms: Set<Room>): Promise<void> | undefined {
    super.addAll(id, rooms);
    const waits: Promise<void>[] = [];
    for (const room of rooms) {
      if (room === id) continue;
      const channel = this.#channelOf(room);
      const names = this.#roomsAt.get(channel);
      if (names) names.add(room);
      else this.#roomsAt.set(channel, new Set([room]));
      const pending = this.#feeds.enter(channel, this.#caller);
      if (pending) waits.push(pending);
      this.#recovery?.joined(id, channel);
    }
    // Before a socket is connected it gets nothing; Socket.IO has it join its own id when it is.
    const begins = rooms.has(id);
    if (begins) this.#begin(id);
    this.#topics.joined(id, rooms, begins ? this.nsp.sockets.get(id)?.conn : undefined);
    return waits.length === 0 ? undefined : Promise.all(waits).then(() => {});
  }

  /** The socket is let in: what it has missed goes first. */
  #begin(id: SocketId): void {
    const socket = this.nsp.sockets.get(id);
    if (!this.#recovery || !socket) return;
    const rooms = [...(this.sids.get(id) ?? [])].filter((room) => room !== id);
    const channels = [this.#everybody, this.#mixed, ...rooms.map((room) => this.#channelOf(room))];
    const missed = this.#recovery.began(id, channels);
    // Better a client that starts anew than one with a hole that nobody told it of.
    if (!missed) socket.conn.close();
    for (const data of missed ?? []) {
      const packet = { type: PacketType.EVENT, nsp: this.nsp.name, data: [...data] };
      for (const frame of this.nsp.server.encoder.encode(packet)) socket.conn.write(frame);
    }
  }

  override persistSession(client: GoneClient): void {
    this.#recovery?.persist({ ...client, rooms: client.rooms.filter((room) => room !== client.sid) });
  }

  override async restoreSession(pid: string, mark: string): Promise<Session> {
    const client = await this.#recovery?.restore(pid, mark);
    // What it has missed is for its eyes alone: it is sent when the middleware has let it in.
    return client ? { ...client, rooms: [...client.rooms], missedPackets: [] } : (null as unknown as Session);
  }

  override del(id: SocketId, room: Room): void {
    super.del(id, room);
    this.#left(id, room);
  }

  override delAll(id: SocketId): void {
    const rooms = [...(this.sids.get(id) ?? [])];
    this.#recovery?.forget(id);
    super.delAll(id);
    for (const room of rooms) this.#left(id, room);
    this.#topics.gone(id);
  }

  #left(id: SocketId, room: Room): void {
    this.#topics.left(id, room);
    if (room === id) return;
    const channel = this.#channelOf(room);
    const names = this.#roomsAt.get(channel) ?? new Set();
    const staysIn = [...names].some((name) => this.rooms.get(name)?.has(id));
    this.#recovery?.left(id, channel, staysIn);
    if (this.rooms.has(room)) return;
    names.delete(room);
    if (names.size > 0) return;
    this.#roomsAt.delete(channel);
    this.#recovery?.ended(channel);
    if (!this.#recovery?.holds(channel)) this.#feeds.leave(channel);
  }

  #channelOf(room: Room): string {
    return roomToChannel(this.nsp.name, room);
  }

  // Broadcasts

  /** One publication; whoever is to get it does when it comes back. Never rejects: Socket.IO does not wait for it. */
  override async broadcast(packet: EventPacket, opts: BroadcastOptions): Promise<void> {
    const [room] = opts.rooms;
    const toOwnSocket = opts.rooms.size === 1 && room !== undefined && this.sids.has(room);
    if (opts.flags?.local || toOwnSocket) {
      // One that wants an answer is noticed when it is lost.
      const sent = toOwnSocket && !opts.flags?.volatile ? this.#recovery?.sent(room) : this.#recovery?.standing();
      if (sent !== undefined && packet.id === undefined) packet.data.push(sent);
      this.#deliver(packet, opts);
      return;
    }
    // Of another node's socket nothing is known here but the form of its id.
    const mixed =
      opts.rooms.size > 1 || (room !== undefined && room.length === SOCKET_ID_LENGTH && !this.rooms.has(room));
    const channel = mixed ? this.#mixed : room === undefined ? this.#everybody : this.#channelOf(room);
    const volatile = opts.flags?.volatile === true;
    try {
      const data = encodeEvent(packet.data, {
        ...(opts.except?.size ? { except: [...opts.except] } : {}),
        // The channel alone does not say by which of its names a room is meant.
        ...(mixed || (this.nsp.name === "/" && channel.startsWith("room:")) ? { rooms: [...opts.rooms] } : {}),
        ...(volatile ? { volatile } : {}),
      });
      const caller = mixed ? this.#operator : this.#caller;
      const send = (): Promise<unknown> =>
        publish(this.#hub, caller, {
          channel,
          data,
          ...(volatile || (mixed && !this.#recovery) ? { skipHistory: true } : {}),
        });
      await this.#feeds.whenReady(channel, send);
    } catch (error) {
      this.#hub.log.warn("a Socket.IO broadcast was not published, and reached nobody", { channel, error });
      this.#unpublished(channel, error);
    }
  }

  /** What comes back from the hub. */
  #arrived(channel: string, publication: Publication): void {
    const { event, args, except = [], rooms = [], volatile } = decodeEvent(channel, publication);
    const mark = this.#recovery?.delivered(channel, publication);
    const packet: EventPacket = {
      type: PacketType.EVENT,
      data: [event, ...args, ...(mark === undefined ? [] : [mark])],
    };
    const flags = volatile ? { volatile } : {};
    const opts = { rooms: new Set(this.#roomsOf(channel, rooms)), except: new Set(except), flags };
    if (channel !== this.#everybody && opts.rooms.size === 0) return;
    this.#deliver(packet, opts);
  }

  #roomsOf(channel: string, named: readonly string[]): readonly Room[] {
    if (channel === this.#mixed) return named.filter((room) => this.rooms.has(room));
    if (channel === this.#everybody) return [];
    const rooms = [...(this.#roomsAt.get(channel) ?? [])];
    return named.length === 0 ? rooms : rooms.filter((room) => named.includes(room));
  }

  /** To the sockets of this node: one frame for all where they are members of a topic, else one by one. */
  #deliver(packet: EventPacket, opts: BroadcastOptions): void {
    const encode = (): Frame[] => {
      const frames: Frame[] = this.nsp.server.encoder.encode({ ...packet, nsp: this.nsp.name });
      return frames.map((frame) => (typeof frame === "string" ? `4${frame}` : frame));
    };
    if (!this.#topics.publish(opts, encode)) Adapter.prototype.broadcast.call(this, packet, opts);
  }

  // What concerns sockets of several nodes: here first, so that what this node does next finds it done

  override async addSockets(opts: BroadcastOptions, rooms: Room[]): Promise<void> {
    Adapter.prototype.addSockets.call(this, opts, rooms);
    if (!opts.flags?.local) this.publish({ type: MessageType.SOCKETS_JOIN, data: { opts: plain(opts), rooms } });
  }

  override async delSockets(opts: BroadcastOptions, rooms: Room[]): Promise<void> {
    Adapter.prototype.delSockets.call(this, opts, rooms);
    if (!opts.flags?.local) this.publish({ type: MessageType.SOCKETS_LEAVE, data: { opts: plain(opts), rooms } });
  }

  override async disconnectSockets(opts: BroadcastOptions, close: boolean): Promise<void> {
    Adapter.prototype.disconnectSockets.call(this, opts, close);
    if (!opts.flags?.local) this.publish({ type: MessageType.DISCONNECT_SOCKETS, data: { opts: plain(opts), close } });
  }

  // The other nodes

  protected override async doPublish(message: ClusterMessage): Promise<string> {
    await this.#bus.tell(this.#name, { uid: this.uid, body: JSON.stringify(pack(message)) }, this.#receive);
    return "";
  }

  protected override async doPublishResponse(to: string, response: ClusterResponse): Promise<void> {
    await this.#bus.tell(this.#name, { uid: this.uid, to, body: JSON.stringify(pack(response)) }, this.#receive);
  }

  readonly #receive = ({ to, body }: BusMessage): void => {
    if (to !== undefined && to !== this.uid) return;
    const message = unpack(JSON.parse(body));
    if (to === undefined) this.onMessage(message as ClusterMessage);
    else this.onResponse(message as ClusterResponse);
  };
}

const SOCKET_ID_LENGTH = 20;

/** Where adapters find the options of their server; Socket.IO's own do the same. */
interface ServerWithOptions {
  readonly _opts: {
    readonly connectionStateRecovery?: { maxDisconnectionDuration?: number; skipMiddlewares?: boolean };
  };
}

const plain = ({ rooms, except, flags }: BroadcastOptions): { rooms: Room[]; except: Room[]; flags: object } => ({
  rooms: [...rooms],
  except: [...(except ?? [])],
  flags: flags ?? {},
});
