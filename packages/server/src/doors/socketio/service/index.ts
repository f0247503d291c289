/** Users, rooms, notifications and updates over Socket.IO; `websocket-service.ts` puts it on an HTTP server. */
export type {
  ClientToServerEvents,
  Farewell,
  Notification,
  NotificationRequest,
  NotificationType,
  Priority,
  Reply,
  RoomMove,
  ServerToClientEvents,
  ServiceError,
  ServiceErrorCode,
  Update,
  UpdateRequest,
  UserPresence,
} from "./events.ts";
export { SocketService } from "./service.ts";
export type {
  Authorize,
  RoomSocket,
  ServiceAction,
  ServiceParts,
  ServiceSettings,
  ServiceUser,
} from "./service-options.ts";
export type { ServiceCounters, ServiceHealth, ServiceStats } from "./service-stats.ts";
