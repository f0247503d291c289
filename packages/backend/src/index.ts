/** `@altavoz/backend`: a hand-written list; what is not here is not public. */
export { type EventIssue, InvalidEventError } from "@altavoz/events";
export type { Outcome, RetryOptions } from "./api/attempts.ts";
export type { CircuitOptions, CircuitState } from "./api/circuit-breaker.ts";
export {
  ApiFailure,
  CircuitOpenError,
  type Happened,
  QueueFullError,
  type RefusalReason,
  RefusedError,
  UnreachableError,
} from "./api/failure.ts";
export type {
  BlockUserRequest,
  BroadcastRequest,
  BroadcastResult,
  ChannelRequest,
  ChannelsRequest,
  ChannelsResult,
  ClientInfo,
  ConnectionInfo,
  ConnectionsRequest,
  ConnectionsResult,
  DisconnectRequest,
  Done,
  ErrorReply,
  HistoryRequest,
  HistoryResult,
  InfoResult,
  InvalidateUserTokensRequest,
  LabelFilter,
  MethodName,
  NodeInfo,
  PresenceResult,
  PresenceStatsResult,
  PublishOptions,
  PublishRequest,
  PublishResult,
  RefreshRequest,
  RemoveSchemaRequest,
  RequestOf,
  ResultOf,
  RevokeTokenRequest,
  RpcRequest,
  RpcResult,
  SchemaRecord,
  SchemasResult,
  ServerMethods,
  SetSchemaRequest,
  SubscribeRequest,
  Target,
  UnsubscribeRequest,
  UserRequest,
} from "./api/methods.ts";
export type { QueueOptions } from "./api/publish-queue.ts";
export {
  type BatchCommand,
  type BatchOutcomes,
  createServerApi,
  type ServerApi,
  type ServerApiOptions,
} from "./api/server-api.ts";
export type { Fetch } from "./api/transport.ts";
export { type Clock, systemClock } from "./kit/clock.ts";
export { type Random, systemRandom } from "./kit/random.ts";
export { AuthPublisher } from "./publishers/auth-publisher.ts";
export {
  BasePublisher,
  type EventNamed,
  type GivenData,
  type Published,
  type PublisherOptions,
} from "./publishers/base-publisher.ts";
export { BillingPublisher } from "./publishers/billing-publisher.ts";
export { CollaborationPublisher } from "./publishers/collaboration-publisher.ts";
export { DeploymentPublisher, DeploymentPublisher as DeployPublisher } from "./publishers/deployment-publisher.ts";
export { MetricsPublisher } from "./publishers/metrics-publisher.ts";
export { MonitoringPublisher } from "./publishers/monitoring-publisher.ts";
export { type Notification, NotificationPublisher } from "./publishers/notification-publisher.ts";
export { PresencePublisher } from "./publishers/presence-publisher.ts";
export type { KnownChannel, Publishable } from "./publishers/publishable.ts";
export { Publisher } from "./publishers/publisher.ts";
export type { AuthContext } from "./tokens/auth-context.ts";
export {
  AuthenticationError,
  AuthMiddleware,
  type AuthMiddlewareOptions,
  type VerifyingKey,
} from "./tokens/auth-middleware.ts";
export {
  type ConnectionTokenContent,
  type MintSources,
  mintConnectionToken,
  mintSubscriptionToken,
  type Right,
  type SubscriptionContent,
  type SubscriptionTokenContent,
} from "./tokens/mint.ts";
export type { SigningKey } from "./tokens/signing-key.ts";
