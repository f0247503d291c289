"use client";

/** `@altavoz/react`: a hand-written list; what is not here is not public. */
export { AltavozProvider, type AltavozProviderProps, useAltavoz } from "./altavoz-provider.ts";
export { EventErrorBoundary, type EventErrorBoundaryProps } from "./event-error-boundary.ts";
export type { Register, Registered } from "./register.ts";
export { type BillingAlertsHookOptions, type BillingAlertsResult, useBillingAlerts } from "./use-billing-alerts.ts";
export { type ChannelResult, useChannel } from "./use-channel.ts";
export { type ConnectionResult, useConnection } from "./use-connection.ts";
export { type EventsResult, useEvents } from "./use-events.ts";
export { type NotificationsHookOptions, type NotificationsResult, useNotifications } from "./use-notifications.ts";
export { type PresenceResult, usePresence } from "./use-presence.ts";
export {
  type ResourceResult,
  useBillingEvents,
  useDeploymentEvents,
  useMetricsEvents,
  usePresenceEvents,
} from "./use-resource-events.ts";
export { useStore } from "./use-store.ts";
export { useWebSocket, type WebSocketHookOptions, type WebSocketResult } from "./use-web-socket.ts";
