/** `@altavoz/vue`: a hand-written list; what is not here is not public. */
export {
  type Altavoz,
  type AltavozContext,
  type AltavozOptions,
  createAltavoz,
  provideAltavoz,
  useAltavoz,
} from "./altavoz.ts";
export { EventErrorBoundary } from "./event-error-boundary.ts";
export type { Register, Registered } from "./register.ts";
export {
  type BillingAlertsComposableOptions,
  type BillingAlertsResult,
  useBillingAlerts,
} from "./use-billing-alerts.ts";
export { type ChannelResult, useChannel } from "./use-channel.ts";
export { type ConnectionResult, useConnection } from "./use-connection.ts";
export { type EventsResult, useEvents } from "./use-events.ts";
export {
  type NotificationsComposableOptions,
  type NotificationsResult,
  useNotifications,
} from "./use-notifications.ts";
export { type PresenceResult, usePresence } from "./use-presence.ts";
export {
  type ResourceResult,
  useBillingEvents,
  useDeploymentEvents,
  useMetricsEvents,
  usePresenceEvents,
} from "./use-resource-events.ts";
export { useStore } from "./use-store.ts";
