import type { Server } from "socket.io";
import { watchLoopLag } from "../../../kit/process-load.ts";
import { serveClients } from "./clients.ts";
import { Delivery } from "./delivery.ts";
import type { Farewell, Notification, NotificationRequest, UpdateRequest, UserPresence } from "./events.ts";
import { HubLink } from "./hub-link.ts";
import { type PeerMessage, Peers, type PresenceChange } from "./peers.ts";
import { type Departure, Roster } from "./roster.ts";
import { idSchema, notificationSchema, updateSchema } from "./schemas.ts";
import type { RoomSocket, ServiceParts } from "./service-options.ts";
import {
  createCounters,
  type ServiceCounters,
  type ServiceHealth,
  type ServiceStats,
  sumCounters,
} from "./service-stats.ts";

type RoomChange = PresenceChange & { readonly roomId: string };

const PEERS = "altavoz:peers";
const STATS = "altavoz:stats";
const roomOf = (roomId: string): string => `room:${roomId}`;
const userRoomOf = (userId: string): string => `user:${userId}`;

/**
 * Users, rooms, notifications and updates over Socket.IO. Methods never throw for what they are given: what cannot be done
 * is counted in `stats.errors` and answered with `false`. Answers about users and rooms are of this node unless they say so.
 */
export class SocketService {
  /** The Socket.IO server, for handlers of the application's own. */
  readonly io: Server;
  /** Sockets by user. */
  readonly clients: Map<string, Set<string>>;
  /** Users by room. */
  readonly rooms: Map<string, Set<string>>;
  readonly stats: ServiceCounters = createCounters();
  readonly #parts: ServiceParts;
  readonly #roster = new Roster();
  readonly #delivery: Delivery;
  readonly #peers: Peers;
  readonly #link: HubLink;
  readonly #startedAt: number;
  #lagMs = 0;
  #endWatch = (): void => {};
  #endServing = (): void => {};
  #initialized: Promise<void> | undefined;
  #hasHandlers = false;
  #closed: Promise<void> | undefined;

  constructor(parts: ServiceParts) {
    const { io, clock, ids, log, openHub, settings } = parts;
    this.#parts = parts;
    this.io = io;
    this.clients = this.#roster.clients;
    this.rooms = this.#roster.rooms;
    this.#startedAt = clock.monotonic();
    this.#delivery = new Delivery({ io, isShared: () => this.#link.isUp, counters: this.stats, log });
    this.#peers = new Peers({
      node: ids.uuid(),
      clock,
      tell: (message) => {
        if (this.#link.isUp) io.serverSideEmit(PEERS, message);
      },
      own: () => ({ users: this.clients.keys(), rooms: this.rooms }),
      disconnect: (userId) => this.#disconnectHere(userId),
      moved: (changes) => this.#tellMoves(changes),
    });
    this.#link = new HubLink({
      io,
      open: openHub,
      tenant: settings.tenant,
      clock,
      log,
      changed: (isUp) => {
        if (isUp) this.#peers.start();
      },
      unpublished: () => this.#delivery.fail(),
    });
    io.on(PEERS, (message: PeerMessage) => this.#peers.receive(message));
    io.on(STATS, (answer: (counters: ServiceCounters) => void) => answer(this.stats));
  }

  /**
   * Takes connections, and joins the other nodes. Resolves when the first attempt to reach them has an outcome; without
   * them the service works for its own clients and says so in `healthCheck`. Further calls change nothing.
   */
  initialize(): Promise<void> {
    this.#initialized ??= this.#start();
    return this.#initialized;
  }

  async #start(): Promise<void> {
    this.#endWatch = watchLoopLag(this.#parts.clock, (lagMs) => {
      this.#lagMs = lagMs;
    });
    this.#parts.mount();
    await this.#link.start();
  }

  /** Serves the documented events of clients. Initializes when that is not done. */
  setupEventHandlers(): void {
    if (this.#hasHandlers) return;
    this.#hasHandlers = true;
    const ground = {
      authorize: this.#parts.authorize,
      registerUser: (socketId: string, userId: string) => this.registerUser(socketId, userId),
      unregisterUser: (socketId: string) => this.unregisterUser(socketId),
      enterRoom: (socket: RoomSocket, roomId: string) => this.#enter(socket, roomId),
      leaveRoom: (socket: RoomSocket, roomId: string) => this.leaveRoom(socket, roomId),
      usersOfRoom: (roomId: string) => [...new Set([...this.getUsersInRoom(roomId), ...this.#peers.usersIn(roomId)])],
      publishNotificationAsync: (request: NotificationRequest) => this.publishNotificationAsync(request),
      publishUpdate: (request: UpdateRequest) => this.publishUpdate(request),
      sendAway: (socketId: string, farewell: Farewell) => this.#sendAway(socketId, farewell),
      noteError: () => void this.#delivery.fail(),
    };
    this.#endServing = serveClients(ground, this.#parts);
    void this.initialize();
  }

  // Users

  registerUser(socketId: string, userId: string): void {
    const known = this.#roster.userOf(socketId);
    if (known === userId) return;
    if (!idSchema.safeParse(userId).success || !idSchema.safeParse(socketId).success) {
      this.stats.errors++;
      return;
    }
    if (known === undefined) this.stats.connections++;
    else this.#depart(socketId);
    if (this.#roster.register(socketId, userId)) this.#peers.changed({ userId, here: true });
    this.stats.activeConnections = this.#roster.socketCount;
    const socket = this.io.sockets.sockets.get(socketId);
    if (!socket) return;
    const announce = (): unknown => socket.emit("authenticated", { userId, socketId, timestamp: this.#now() });
    const joined = socket.join(userRoomOf(userId));
    if (joined) void joined.then(announce);
    else announce();
  }

  unregisterUser(socketId: string): void {
    if (!this.#depart(socketId)) return;
    this.stats.disconnections++;
    this.stats.activeConnections = this.#roster.socketCount;
  }

  #depart(socketId: string): Departure | undefined {
    const departure = this.#roster.unregister(socketId);
    if (!departure) return undefined;
    const { userId, left, wasLast } = departure;
    const socket = this.io.sockets.sockets.get(socketId);
    void socket?.leave(userRoomOf(userId));
    // Before the rooms: who hears of those knows then whether the user is still somewhere.
    if (wasLast) this.#peers.changed({ userId, here: false });
    for (const roomId of left) {
      void socket?.leave(roomOf(roomId));
      this.#move({ userId, roomId, socketId, here: false });
    }
    return departure;
  }

  // Rooms

  joinRoom(socket: RoomSocket, roomId: string): void {
    void this.#enter(socket, roomId);
  }

  /** Resolves when the socket gets what is sent to the room; with false when it may not enter. */
  async #enter(socket: RoomSocket, roomId: string): Promise<boolean> {
    const userId = this.#roster.userOf(socket.id);
    if (userId === undefined || !idSchema.safeParse(roomId).success) {
      this.stats.errors++;
      return false;
    }
    if (this.#roster.isIn(socket.id, roomId)) return true;
    const isFirstHere = this.#roster.enter(socket.id, roomId);
    const joined = socket.join(roomOf(roomId));
    if (isFirstHere) this.#move({ userId, roomId, socketId: socket.id, here: true }, socket);
    await joined;
    return true;
  }

  leaveRoom(socket: RoomSocket, roomId: string): void {
    const userId = this.#roster.userOf(socket.id);
    if (userId === undefined || !this.#roster.isIn(socket.id, roomId)) return;
    const isGoneHere = this.#roster.leave(socket.id, roomId);
    void socket.leave(roomOf(roomId));
    if (isGoneHere) this.#move({ userId, roomId, socketId: socket.id, here: false }, socket);
  }

  /** A user came to a room by its first connection of this node, or left it by the last. */
  #move(change: RoomChange, socket?: RoomSocket): void {
    this.#peers.changed(change);
    if (!this.#peers.isInRoom(change.userId, change.roomId)) this.#tellMove(change, socket);
  }

  // Messages

  /** True when the user is known to be connected, here or on another node. */
  publishNotification(request: NotificationRequest): boolean {
    const parsed = notificationSchema.safeParse(request);
    if (!parsed.success) return this.#delivery.fail();
    const { userId } = parsed.data;
    if (!this.#isKnown(userId)) return false;
    const notification: Notification = { ...parsed.data, id: this.#parts.ids.uuid(), timestamp: this.#now() };
    return this.#delivery.publish({ room: userRoomOf(userId) }, "notification", notification);
  }

  /** The same, after all nodes were asked whether the user is connected. */
  async publishNotificationAsync(request: NotificationRequest): Promise<{ readonly delivered: boolean }> {
    const parsed = notificationSchema.safeParse(request);
    if (!parsed.success) return { delivered: this.#delivery.fail() };
    if (!(await this.isUserOnline(parsed.data.userId))) return { delivered: false };
    const notification: Notification = { ...parsed.data, id: this.#parts.ids.uuid(), timestamp: this.#now() };
    return {
      delivered: this.#delivery.publish({ room: userRoomOf(parsed.data.userId) }, "notification", notification),
    };
  }

  /** True when it was accepted; members may be on other nodes. */
  publishUpdate(request: UpdateRequest): boolean {
    const parsed = updateSchema.safeParse(request);
    if (!parsed.success) return this.#delivery.fail();
    const { roomId } = parsed.data;
    return this.#delivery.publish({ room: roomOf(roomId) }, "update", { ...parsed.data, timestamp: this.#now() });
  }

  sendToUser(userId: string, event: string, data: unknown): boolean {
    return this.#isKnown(userId) && this.#delivery.publish({ room: userRoomOf(userId) }, event, data);
  }

  /** True when it was accepted; members may be on other nodes. */
  sendToRoom(roomId: string, event: string, data: unknown): boolean {
    if (!idSchema.safeParse(roomId).success) return this.#delivery.fail();
    return this.#delivery.publish({ room: roomOf(roomId) }, event, data);
  }

  /** To all connections of all nodes. */
  broadcast(event: string, data: unknown): void {
    this.#delivery.publish({}, event, data);
  }

  // Questions

  getStats(): ServiceStats {
    const { size: connectedUsers } = this.clients;
    return { ...this.stats, connectedUsers, rooms: this.rooms.size, scope: "node", timestamp: this.#now() };
  }

  /** Of all nodes that answer. */
  async getClusterStats(): Promise<ServiceStats> {
    const others = this.#link.isUp ? await this.#askOthers() : [];
    return {
      ...sumCounters([this.stats, ...others]),
      connectedUsers: new Set([...this.clients.keys(), ...this.#peers.users()]).size,
      rooms: new Set([...this.rooms.keys(), ...this.#peers.rooms()]).size,
      scope: "cluster",
      timestamp: this.#now(),
    };
  }

  async #askOthers(): Promise<readonly ServiceCounters[]> {
    try {
      return await this.io.serverSideEmitWithAck(STATS);
    } catch (error) {
      const { responses } = error as { readonly responses?: readonly ServiceCounters[] };
      return responses ?? [];
    }
  }

  healthCheck(): ServiceHealth {
    const { usesRedis, isListening, settings } = this.#parts;
    const redis = usesRedis ? (this.#link.isUp ? "up" : "down") : "disabled";
    return {
      healthy: isListening() && redis !== "down" && this.#lagMs < settings.healthyLoopLagMs,
      connectedUsers: this.clients.size,
      rooms: this.rooms.size,
      uptime: Math.round(this.#parts.clock.monotonic() - this.#startedAt),
      redis,
      timestamp: this.#now(),
    };
  }

  getUserIdFromSocket(socketId: string): string | null {
    return this.#roster.userOf(socketId) ?? null;
  }

  getUserSockets(userId: string): Set<string> {
    return new Set(this.clients.get(userId));
  }

  isUserConnected(userId: string): boolean {
    return this.clients.has(userId);
  }

  /** On any node; asks them all when this one does not know. */
  async isUserOnline(userId: string): Promise<boolean> {
    if (this.#isKnown(userId) || !this.#link.isUp) return this.#isKnown(userId);
    const sockets = await this.io.in(userRoomOf(userId)).fetchSockets();
    return sockets.length > 0;
  }

  getConnectedUsersCount(): number {
    return this.clients.size;
  }

  getConnectedUsers(): string[] {
    return [...this.clients.keys()];
  }

  getRoomsForUser(userId: string): string[] {
    return this.#roster.roomsOfUser(userId);
  }

  getUsersInRoom(roomId: string): string[] {
    return [...(this.rooms.get(roomId) ?? [])];
  }

  // The end of connections

  /** Ends the user's connections on all nodes; says how many there were on this one. */
  disconnectUser(userId: string): number {
    this.#peers.disconnect(userId);
    return this.#disconnectHere(userId);
  }

  #disconnectHere(userId: string): number {
    const sockets = this.getUserSockets(userId);
    for (const socketId of sockets)
      this.#sendAway(socketId, { reason: "disconnected by the server", code: "DISCONNECTED" });
    return sockets.size;
  }

  /** Says why, then ends one connection of this node. */
  #sendAway(socketId: string, farewell: Farewell): void {
    const socket = this.io.sockets.sockets.get(socketId);
    socket?.emit("force-disconnect", farewell);
    socket?.disconnect(true);
    this.unregisterUser(socketId);
  }

  /** Ends all connections and gives the HTTP server back as it was, still listening. */
  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    this.#endWatch();
    this.#endServing();
    this.#peers.stop();
    await this.#parts.unmount();
    await this.#link.stop();
  }

  // Words

  /** What other nodes know already when they say so: each node tells its own clients what changes in its own view. */
  #tellMoves(changes: readonly PresenceChange[]): void {
    for (const { roomId, ...change } of changes) {
      if (roomId === undefined || this.rooms.get(roomId)?.has(change.userId)) continue;
      this.#tellMove({ ...change, roomId });
    }
  }

  #tellMove({ userId, roomId, socketId = "", here }: RoomChange, socket?: RoomSocket): void {
    const others = this.#othersHere(roomId, socketId, socket);
    others.emit(here ? "user-joined" : "user-left", { roomId, userId, socketId, timestamp: this.#now() });
    if (here) others.emit("user-presence", this.#presence(userId, "online"));
    else if (!this.#isKnown(userId)) others.emit("user-presence", this.#presence(userId, "offline"));
  }

  /** A socket of the application's own, which this server does not know, tells the room itself. */
  #othersHere(roomId: string, socketId: string, socket: RoomSocket | undefined): Pick<RoomSocket, "emit"> {
    if (socket && !this.io.sockets.sockets.has(socketId)) return socket.to(roomOf(roomId));
    const here = this.io.local.to(roomOf(roomId));
    const others = socketId ? here.except(socketId) : here;
    return { emit: (event, ...args) => others.emit(event, ...args) };
  }

  #isKnown(userId: string): boolean {
    return this.clients.has(userId) || this.#peers.hasUser(userId);
  }

  #presence(userId: string, status: UserPresence["status"]): UserPresence {
    return { userId, status, timestamp: this.#now() };
  }

  #now(): string {
    return new Date(this.#parts.clock.now()).toISOString();
  }
}
