import type { Server } from "socket.io";
import type { Authenticator, Hub } from "../../../hub/index.ts";
import type { Clock } from "../../../kit/clock.ts";
import type { Ids } from "../../../kit/ids.ts";
import type { Log } from "../../../kit/log.ts";

/** Who a connection is, as its token says. */
export interface ServiceUser {
  readonly userId: string;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
}

/** What the service needs of a socket to move it between rooms. */
export interface RoomSocket {
  readonly id: string;
  join(room: string): Promise<void> | void;
  leave(room: string): Promise<void> | void;
  to(room: string): { emit(event: string, ...args: unknown[]): unknown };
  emit(event: string, ...args: unknown[]): unknown;
}

export type ServiceAction = "join-room" | "publish-notification" | "publish-update";

/** Whether a client may do this; the resource is a room id, or the user id of a notification. */
export type Authorize = (user: ServiceUser, action: ServiceAction, resource: string) => boolean | Promise<boolean>;

export interface ServiceSettings {
  /** Tokens that act for another tenant are refused. */
  readonly tenant: string;
  /** Events of clients per window, of each user and of each connection; 0 for no limit. */
  readonly rateLimit: number;
  readonly rateWindowMs: number;
  /** Whether a client may connect without a token and send it later, by `authenticate`. */
  readonly lateAuthentication: boolean;
  /** How long such a client may stay without one. */
  readonly authenticationTimeoutMs: number;
  /** How late timers may run in a healthy process. */
  readonly healthyLoopLagMs: number;
}

export interface ServiceParts {
  readonly io: Server;
  readonly settings: ServiceSettings;
  readonly authenticator: Pick<Authenticator, "connection">;
  readonly openHub: () => Promise<Hub>;
  /** Whether the hub's engine is one that can fail by itself. */
  readonly usesRedis: boolean;
  /** Absent: see `mayByDefault`. */
  readonly authorize?: Authorize | undefined;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Takes requests from now on. */
  readonly mount: () => void;
  /** Ends all connections and hands the server back as it was. */
  readonly unmount: () => Promise<void>;
  readonly isListening: () => boolean;
}

/** Gives a client the right to send notifications to users. */
export const NOTIFY_PERMISSION = "notifications:publish";
const ADMIN_ROLE = "admin";

/**
 * Without a rule of the application: whoever is authenticated enters a room; its members publish updates to it, which the
 * service sees to; notifications are for admins and those with the permission.
 */
export const mayByDefault: Authorize = ({ roles, permissions }, action) =>
  action !== "publish-notification" || roles.includes(ADMIN_ROLE) || permissions.includes(NOTIFY_PERMISSION);
