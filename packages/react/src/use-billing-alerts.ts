import { type BillingAlertsState, type BillingTexts, createBillingAlerts, idleBillingAlerts } from "@altavoz/client";
import { useMemo } from "react";
import { useAltavoz, useTenant } from "./altavoz-provider.ts";
import { useStore } from "./use-store.ts";

export interface BillingAlertsHookOptions {
  /** One of `billingTexts`, or one's own. Default: English. */
  readonly texts?: BillingTexts;
}

export interface BillingAlertsResult extends BillingAlertsState {
  readonly remove: (id: string) => void;
}

/** What somebody must do something about: limits that come near, invoices that are overdue. */
export function useBillingAlerts(
  tenantId?: string | null,
  { texts }: BillingAlertsHookOptions = {},
): BillingAlertsResult {
  const client = useAltavoz();
  const tenant = useTenant(tenantId);
  const store = useMemo(
    () => (tenant ? createBillingAlerts(client, { tenantId: tenant, texts }) : undefined),
    [client, tenant, texts],
  );
  return { ...useStore<BillingAlertsState>(store, idleBillingAlerts), remove: store?.remove ?? nothing };
}

const nothing = (): void => {};
