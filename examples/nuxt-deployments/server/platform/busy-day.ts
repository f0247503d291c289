import { setTimeout as delay } from "node:timers/promises";
import { BillingPublisher, MetricsPublisher, NotificationPublisher } from "@altavoz/backend";
import { instanceTypes } from "./deployer.ts";
import type { Platform } from "./platform.ts";

const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(Math.random() * from.length)];
const invoiceId = (): string => `INV-2026-${String(Math.floor(Math.random() * 900) + 100)}`;

/** Publishes what a tenant's day might bring, until `signal` says stop. */
export function startBusyDay(options: Platform & { tenantId: string; signal: AbortSignal }): void {
  const { tenantId, hub: api, deployer, signal } = options;
  const metrics = new MetricsPublisher({ api });
  const billing = new BillingPublisher({ api });
  const notifications = new NotificationPublisher({ api });
  const notify = (title: string, message: string) => notifications.publishToTenant(tenantId, { title, message });

  const walk = createWalk();
  const invoices = [
    () => billing.publishInvoiceCreated(tenantId, { invoiceId: invoiceId(), amount: 299.9, currency: "BRL" }),
    () => billing.publishPaymentReceived(tenantId, { invoiceId: invoiceId(), amount: 299.9, currency: "BRL" }),
    () => billing.publishUsageLimitWarning(tenantId, { resource: "storage", usage: 85, limit: 100 }),
    () => billing.publishInvoiceOverdue(tenantId, { invoiceId: invoiceId(), amount: 120, daysOverdue: 3 }),
  ];
  repeat(1_000, signal, () =>
    metrics.publish(`tenant:${tenantId}:dashboard`, { type: "metrics_update", data: walk() }),
  );
  repeat(6_000, signal, () => {
    const fails = Math.random() < 0.2;
    return deployer.start(tenantId, pick(instanceTypes) ?? "odoo", fails ? "modules" : undefined);
  });
  repeat(17_000, signal, () => pick(invoices)?.());
  repeat(31_000, signal, () => notify("Backup", "The nightly copy of your data is complete."));
}

/** At once, and then again and again; the hub may be away for a while. */
async function repeat(everyMs: number, signal: AbortSignal, act: () => unknown): Promise<void> {
  while (!signal.aborted) {
    try {
      await act();
    } catch (error) {
      console.error(`The busy day goes on without one event: ${error instanceof Error ? error.message : error}`);
    }
    await delay(everyMs, undefined, { signal }).catch(() => {});
  }
}

/** Three figures in percent, each a little above or below what it was. */
function createWalk(): () => { cpu: number; memory: number; storage: number } {
  let now = { cpu: 45, memory: 67, storage: 23 };
  const step = (value: number, by: number): number =>
    Math.round(Math.min(95, Math.max(5, value + (Math.random() - 0.5) * by)) * 10) / 10;
  return () => {
    now = { cpu: step(now.cpu, 12), memory: step(now.memory, 4), storage: step(now.storage, 0.6) };
    return now;
  };
}
