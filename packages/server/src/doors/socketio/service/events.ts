/** What travels between the service and its clients. All dates on the wire are ISO 8601 text. */

export const notificationTypes = ["INFO", "SUCCESS", "ERROR", "ALERT", "WARNING"] as const;
export type NotificationType = (typeof notificationTypes)[number];
export const priorities = ["low", "normal", "high"] as const;
export type Priority = (typeof priorities)[number];

export interface NotificationRequest {
  readonly userId: string;
  readonly type: NotificationType;
  /** 1 to 100 characters. */
  readonly title: string;
  /** At most 500 characters; "" when absent. */
  readonly message?: string | undefined;
  readonly payload?: Readonly<Record<string, unknown>> | null | undefined;
  /** `normal` when absent. */
  readonly priority?: Priority | undefined;
}

export interface Notification extends Required<NotificationRequest> {
  readonly id: string;
  readonly message: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly priority: Priority;
  readonly timestamp: string;
}

export interface UpdateRequest {
  readonly roomId: string;
  readonly type: string;
  readonly payload?: Readonly<Record<string, unknown>> | null | undefined;
}

export interface Update {
  readonly roomId: string;
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly timestamp: string;
}

/** Who came into a room or left it. */
export interface RoomMove {
  readonly roomId: string;
  readonly userId: string;
  readonly socketId: string;
  readonly timestamp: string;
}

export interface UserPresence {
  readonly userId: string;
  readonly status: "online" | "offline";
  readonly timestamp: string;
}

export type ServiceErrorCode =
  | "AUTH_FAILED"
  | "AUTH_TIMEOUT"
  | "FORBIDDEN"
  | "INTERNAL"
  | "INVALID"
  | "NOT_REGISTERED"
  | "RATE_LIMITED"
  | "TOKEN_EXPIRED";

export interface ServiceError {
  readonly code: ServiceErrorCode;
  readonly message: string;
  /** The client's event that it answers; absent when it answers none. */
  readonly event?: string | undefined;
  /** Which fields are wrong, for `INVALID`. */
  readonly details?: readonly { readonly path: string; readonly message: string }[] | undefined;
}

export interface Farewell {
  readonly reason: string;
  readonly code: "DISCONNECTED" | "AUTH_TIMEOUT" | "TOKEN_EXPIRED" | "RATE_LIMITED";
}

/** What an event of a client is answered with, when it asks for an acknowledgement. */
export type Reply<Content extends object = object> =
  | ({ readonly ok: true } & Content)
  | { readonly ok: false; readonly error: ServiceError };
type Ack<Content extends object = object> = (reply: Reply<Content>) => void;

export interface ServerToClientEvents {
  authenticated: (registered: {
    readonly userId: string;
    readonly socketId: string;
    readonly timestamp: string;
  }) => void;
  notification: (notification: Notification) => void;
  update: (update: Update) => void;
  "user-joined": (move: RoomMove) => void;
  "user-left": (move: RoomMove) => void;
  "user-presence": (presence: UserPresence) => void;
  /** The answer to a `join-room` that asked for no acknowledgement. */
  "room-users": (room: { readonly roomId: string; readonly users: readonly string[] }) => void;
  pong: (answer: { readonly timestamp: string }) => void;
  error: (error: ServiceError) => void;
  /** The last word before the server ends the connection. */
  "force-disconnect": (farewell: Farewell) => void;
}

export interface ClientToServerEvents {
  authenticate: (
    request: { readonly token: string; readonly userId?: string },
    ack?: Ack<{ readonly userId: string }>,
  ) => void;
  "join-room": (
    room: string | { readonly roomId: string },
    ack?: Ack<{ readonly roomId: string; readonly users: readonly string[] }>,
  ) => void;
  "leave-room": (room: string | { readonly roomId: string }, ack?: Ack<{ readonly roomId: string }>) => void;
  "publish-notification": (
    notification: Omit<NotificationRequest, "userId"> & { readonly userId?: string; readonly targetUserId?: string },
    ack?: Ack<{ readonly delivered: boolean }>,
  ) => void;
  "publish-update": (update: UpdateRequest, ack?: Ack<{ readonly delivered: boolean }>) => void;
  ping: (ack?: Ack<{ readonly timestamp: string }>) => void;
}
