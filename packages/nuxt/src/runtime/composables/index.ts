/** What an application calls without importing it. */
export {
  provideAltavoz,
  useAltavoz,
  useBillingAlerts,
  useBillingEvents,
  useChannel,
  useConnection,
  useDeploymentEvents,
  useEvents,
  useMetricsEvents,
  useNotifications,
  usePresence,
  usePresenceEvents,
  useStore,
} from "@altavoz/vue";
