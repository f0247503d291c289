/** The public surface of `@altavoz/client`: a hand-written list. */
export type { Publication, Recovery } from "./arrivals.ts";
export type { Channel } from "./channel.ts";
export {
  type ChannelOptions,
  type ChannelState,
  IDLE as idleChannel,
} from "./channel-core.ts";
export { type Client, type ClientOptions, createClient } from "./client.ts";
export { type ConnectionState, idleConnection } from "./connection.ts";
export type { Reason, Status } from "./liveness.ts";
export { batch, latestOnly, type Paced, throttle } from "./pace.ts";
export { idlePresence, type Member, type Presence, type PresenceState } from "./presence.ts";
export { createIndexedDbStorage, type IndexedDbOptions } from "./publishing/indexed-db-storage.ts";
export {
  PublishError,
  type QueuedPublish,
  type QueueOptions,
  type QueueState,
  type QueueStorage,
} from "./publishing/publish-queue.ts";
export type { InvalidEvent } from "./read-event.ts";
export {
  type BillingAlert,
  type BillingAlerts,
  type BillingAlertsOptions,
  type BillingAlertsState,
  createBillingAlerts,
  idleBillingAlerts,
} from "./resources/billing-alerts.ts";
export { type BillingTexts, billingTexts } from "./resources/billing-texts.ts";
export type { AnyClient, Link, Switch } from "./resources/feed.ts";
export {
  createNotifications,
  idleNotifications,
  type Notification,
  type Notifications,
  type NotificationsOptions,
  type NotificationsState,
  type Toast,
} from "./resources/notifications.ts";
export {
  createBillingEvents,
  createDeploymentEvents,
  createMetricsEvents,
  createPresenceEvents,
  createResourceEvents,
  idleResource,
  type ResourceEvents,
  type ResourceOptions,
  type ResourceState,
} from "./resources/resource-events.ts";
export { createCell, type Store } from "./store.ts";
export type { ChannelDraft, ChannelEvent, ChannelName, ClientCatalogue } from "./typed-channels.ts";
