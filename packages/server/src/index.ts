/** `@altavoz/server`: the hub as a library. A hand-written list; what is not here is not public. */
export { type RunningServer, type StartOptions, startServer } from "./compose.ts";
export { ConfigError } from "./config/config-error.ts";
export { type ConfigSources, type LoadedConfig, loadConfig, parseConfig } from "./config/load.ts";
export type { Config } from "./config/schema.ts";
export {
  type Asker,
  type Caller,
  type ClientInfo,
  type ConnectQuestion,
  type Disconnect,
  DisconnectError,
  type Door,
  disconnects,
  type Encoder,
  type Engine,
  errors,
  type Frame,
  type Hub,
  HubError,
  type HubEvent,
  type HubListener,
  type Inlet,
  type Listener,
  type Outlet,
  type Position,
  type Publication,
  type PublishQuestion,
  type PublishRequest,
  type Push,
  publish,
  type RefreshQuestion,
  type Route,
  type RpcQuestion,
  type Session,
  type SubRefreshQuestion,
  type SubscribeQuestion,
  type Topics,
  unsubscribes,
} from "./hub/index.ts";
export { type Clock, systemClock } from "./kit/clock.ts";
export { type ConsoleLogOptions, createJsonLog, createPrettyLog, type PrettyLogOptions } from "./kit/console-log.ts";
export type { Log, LogFields, LogLevel } from "./kit/log.ts";
export type {
  ApplicationHandlers,
  ConnectDecision,
  Decided,
  PublishDecision,
  RefreshDecision,
  SubRefreshDecision,
  SubscribeDecision,
} from "./proxy/index.ts";
export { version } from "./version.ts";
export {
  type Authorize,
  broadcast,
  type ClientToServerEvents,
  emitToRoom,
  emitToUser,
  type Farewell,
  type Notification,
  type NotificationRequest,
  type Reply,
  type RoomMove,
  type RoomSocket,
  type ServerToClientEvents,
  type ServiceAction,
  type ServiceError,
  type ServiceHealth,
  type ServiceStats,
  type ServiceUser,
  type Update,
  type UpdateRequest,
  type UserPresence,
  WebSocketService,
  type WebSocketServiceOptions,
} from "./websocket-service.ts";
