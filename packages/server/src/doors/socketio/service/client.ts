import type { Socket } from "socket.io";
import type { Farewell, NotificationRequest, ServiceError, UpdateRequest } from "./events.ts";
import type { Authorize, RoomSocket, ServiceUser } from "./service-options.ts";

/** What the events of clients need of the service. */
export interface ServiceGround {
  /** Absent: see `mayByDefault`. */
  readonly authorize: Authorize | undefined;
  registerUser(socketId: string, userId: string): void;
  unregisterUser(socketId: string): void;
  /** Resolves with false when the socket may not enter, else when it gets what is sent to the room. */
  enterRoom(socket: RoomSocket, roomId: string): Promise<boolean>;
  leaveRoom(socket: RoomSocket, roomId: string): void;
  /** On all nodes. */
  usersOfRoom(roomId: string): readonly string[];
  publishNotificationAsync(request: NotificationRequest): Promise<{ readonly delivered: boolean }>;
  publishUpdate(request: UpdateRequest): boolean;
  /** Says why, then ends the connection. */
  sendAway(socketId: string, farewell: Farewell): void;
  /** Counts what a client did wrong. */
  noteError(): void;
}

/** One connection of a client, as the work of its events sees it. */
export interface Client {
  readonly socket: Socket;
  readonly ground: ServiceGround;
  readonly now: () => string;
  /** Throws `Refusal` while nobody has authenticated. */
  user(): ServiceUser;
  /** Believes this token from now on. Throws `Refusal`. */
  authenticate(token: string, claimedUserId: string | undefined): Promise<ServiceUser>;
}

/** Thrown by the work of an event: the client is told this, and nothing else. */
export class Refusal extends Error {
  readonly told: ServiceError;

  constructor(told: ServiceError) {
    super(told.message);
    this.told = told;
  }
}
