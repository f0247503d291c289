import {
  type Client,
  createBillingEvents,
  createDeploymentEvents,
  createMetricsEvents,
  createPresenceEvents,
  idleResource,
  type ResourceEvents,
  type ResourceState,
} from "@altavoz/client";
import type { BillingEvent, DeploymentEvent, MetricsEvent, PresenceEvent } from "@altavoz/events";
import { computed, type MaybeRefOrGetter } from "vue";
import { useAltavoz, useTenant } from "./altavoz.ts";
import type { Registered } from "./register.ts";
import { type RefsOf, refsOf, useStore } from "./use-store.ts";

/** Connected while the component is mounted; `disconnect` and `connect` decide otherwise. */
export interface ResourceResult<E> extends RefsOf<ResourceState<E>, "events" | "status" | "isConnected" | "error"> {
  readonly connect: () => void;
  readonly disconnect: () => void;
  readonly getEvent: (key: string) => E | undefined;
  readonly getAllEvents: () => E[];
}

type TenantId = MaybeRefOrGetter<string | null | undefined>;
type Create<E> = (client: Client<Registered>, tenantId: string) => ResourceEvents<E>;

function useResourceEvents<E>(create: Create<E>, given: TenantId): ResourceResult<E> {
  const client = useAltavoz();
  const tenantId = useTenant(given);
  const store = computed(() => (tenantId.value ? create(client, tenantId.value) : undefined));
  const state = useStore<ResourceState<E>>(() => store.value, idleResource);
  return {
    ...refsOf(state, ["events", "status", "isConnected", "error"]),
    connect: () => store.value?.connect(),
    disconnect: () => store.value?.disconnect(),
    getEvent: (key) => state.value.events.get(key),
    getAllEvents: () => [...state.value.events.values()],
  };
}

/** The state of each deployment, by deployment. Without a tenant, that of the application. */
export const useDeploymentEvents = (tenantId?: TenantId): ResourceResult<DeploymentEvent> =>
  useResourceEvents(createDeploymentEvents, tenantId);

/** What happened to the account: invoices, payments, limits. */
export const useBillingEvents = (tenantId?: TenantId): ResourceResult<BillingEvent> =>
  useResourceEvents(createBillingEvents, tenantId);

/** The newest reading of each instance. */
export const useMetricsEvents = (tenantId?: TenantId): ResourceResult<MetricsEvent> =>
  useResourceEvents(createMetricsEvents, tenantId);

/** The state of each user, as the application tells it; who is connected right now is `usePresence`. */
export const usePresenceEvents = (tenantId?: TenantId): ResourceResult<PresenceEvent> =>
  useResourceEvents(createPresenceEvents, tenantId);
