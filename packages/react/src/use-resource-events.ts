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
import { useMemo } from "react";
import { useAltavoz, useTenant } from "./altavoz-provider.ts";
import type { Registered } from "./register.ts";
import { useStore } from "./use-store.ts";

/** Connected while the component is mounted; `disconnect` and `connect` decide otherwise. */
export interface ResourceResult<E> extends ResourceState<E> {
  readonly connect: () => void;
  readonly disconnect: () => void;
  readonly getEvent: (key: string) => E | undefined;
  readonly getAllEvents: () => E[];
}

type Create<E> = (client: Client<Registered>, tenantId: string) => ResourceEvents<E>;

function useResourceEvents<E>(create: Create<E>, given: string | null | undefined): ResourceResult<E> {
  const client = useAltavoz();
  const tenantId = useTenant(given);
  const store = useMemo(() => (tenantId ? create(client, tenantId) : undefined), [client, create, tenantId]);
  const state = useStore<ResourceState<E>>(store, idleResource);
  return {
    ...state,
    connect: store?.connect ?? nothing,
    disconnect: store?.disconnect ?? nothing,
    getEvent: store?.getEvent ?? nothing,
    getAllEvents: store?.getAllEvents ?? none,
  };
}

const nothing = (): undefined => {};
const none = (): never[] => [];

/** The state of each deployment, by deployment. Without a tenant, that of the provider. */
export const useDeploymentEvents = (tenantId?: string | null): ResourceResult<DeploymentEvent> =>
  useResourceEvents(createDeploymentEvents, tenantId);

/** What happened to the account: invoices, payments, limits. */
export const useBillingEvents = (tenantId?: string | null): ResourceResult<BillingEvent> =>
  useResourceEvents(createBillingEvents, tenantId);

/** The newest reading of each instance. */
export const useMetricsEvents = (tenantId?: string | null): ResourceResult<MetricsEvent> =>
  useResourceEvents(createMetricsEvents, tenantId);

/** The state of each user, as the application tells it; who is connected right now is `usePresence`. */
export const usePresenceEvents = (tenantId?: string | null): ResourceResult<PresenceEvent> =>
  useResourceEvents(createPresenceEvents, tenantId);
