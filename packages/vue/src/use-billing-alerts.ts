import { type BillingAlertsState, type BillingTexts, createBillingAlerts, idleBillingAlerts } from "@altavoz/client";
import { computed, type MaybeRefOrGetter, toValue } from "vue";
import { useAltavoz, useTenant } from "./altavoz.ts";
import { type RefsOf, refsOf, useStore } from "./use-store.ts";

export interface BillingAlertsComposableOptions {
  /** One of `billingTexts`, or one's own. Default: English. */
  readonly texts?: MaybeRefOrGetter<BillingTexts | undefined>;
}

export interface BillingAlertsResult extends RefsOf<BillingAlertsState, "alerts" | "status" | "isConnected" | "error"> {
  readonly remove: (id: string) => void;
}

/** What somebody must do something about: limits that come near, invoices that are overdue. */
export function useBillingAlerts(
  tenantId?: MaybeRefOrGetter<string | null | undefined>,
  { texts }: BillingAlertsComposableOptions = {},
): BillingAlertsResult {
  const client = useAltavoz();
  const tenant = useTenant(tenantId);
  const store = computed(() =>
    tenant.value ? createBillingAlerts(client, { tenantId: tenant.value, texts: toValue(texts) }) : undefined,
  );
  const state = useStore<BillingAlertsState>(() => store.value, idleBillingAlerts);
  return {
    ...refsOf(state, ["alerts", "status", "isConnected", "error"]),
    remove: (id) => store.value?.remove(id),
  };
}
