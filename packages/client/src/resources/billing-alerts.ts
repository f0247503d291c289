import type { BillingEvent } from "@altavoz/events";
import type { Store } from "../store.ts";
import { type BillingTexts, billingTexts } from "./billing-texts.ts";
import { type AnyClient, createFeed, idleLink, type Link, type Switch } from "./feed.ts";

/** What somebody must do something about. */
export interface BillingAlert {
  readonly id: string;
  readonly severity: "warning" | "critical";
  readonly title: string;
  readonly message: string;
  readonly action: { readonly label: string; readonly to: string };
}

export interface BillingAlertsState extends Link {
  /** The newest last. */
  readonly alerts: readonly BillingAlert[];
}

export const idleBillingAlerts: BillingAlertsState = { ...idleLink, alerts: [] };

export interface BillingAlerts extends Store<BillingAlertsState>, Switch {
  readonly remove: (id: string) => void;
}

export interface BillingAlertsOptions {
  readonly tenantId: string;
  /** One of `billingTexts`, or one's own. Default: English. */
  readonly texts?: BillingTexts | undefined;
  readonly limit?: number;
  readonly history?: number;
}

/** Warnings out of a tenant's billing events; a payment takes back the alert about its invoice. */
export function createBillingAlerts(
  client: AnyClient,
  { tenantId, texts = billingTexts.en, limit = 100, history = 100 }: BillingAlertsOptions,
): BillingAlerts {
  let alerts: readonly BillingAlert[] = [];
  const remove = (id: string): void => {
    alerts = alerts.filter((alert) => alert.id !== id);
  };
  const feed = createFeed<BillingEvent, BillingAlertsState>({
    client,
    channel: `tenant:${tenantId}:billing`,
    history,
    take(event) {
      if (event.type === "payment_received") remove(event.data.invoiceId);
      const alert = toAlert(event, texts);
      if (!alert) return;
      remove(alert.id);
      alerts = [...alerts, alert].slice(-limit);
    },
    show: (link) => ({ ...link, alerts }),
  });
  return {
    get: feed.get,
    subscribe: feed.subscribe,
    connect: feed.connect,
    disconnect: feed.disconnect,
    remove(id) {
      remove(id);
      feed.changed();
    },
  };
}

/** One alert for each resource and each invoice: a second warning takes the place of the first. */
function toAlert(event: BillingEvent, texts: BillingTexts): BillingAlert | undefined {
  switch (event.type) {
    case "usage_limit_warning": {
      const { usage, resource } = event.data;
      const action = { label: texts.viewBilling, to: "/billing" };
      return {
        id: resource,
        severity: "warning",
        title: texts.usageTitle,
        message: texts.usage(usage, resource),
        action,
      };
    }
    case "invoice_overdue": {
      const { invoiceId } = event.data;
      const action = { label: texts.payNow, to: `/billing/invoices/${encodeURIComponent(invoiceId)}` };
      return {
        id: invoiceId,
        severity: "critical",
        title: texts.overdueTitle,
        message: texts.overdue(invoiceId),
        action,
      };
    }
    default:
      return undefined;
  }
}
