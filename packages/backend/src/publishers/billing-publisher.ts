import { BasePublisher, type EventNamed, type GivenData } from "./base-publisher.ts";

/** Invoices, payments and limits of use, in `tenant:{tenantId}:billing`. */
export class BillingPublisher extends BasePublisher {
  publishInvoiceCreated(tenantId: string, data: GivenData<"invoice_created">): Promise<EventNamed<"invoice_created">> {
    return this.publishNew("invoice_created", { tenantId, data });
  }

  publishPaymentReceived(
    tenantId: string,
    data: GivenData<"payment_received">,
  ): Promise<EventNamed<"payment_received">> {
    return this.publishNew("payment_received", { tenantId, data });
  }

  publishUsageLimitWarning(
    tenantId: string,
    data: GivenData<"usage_limit_warning">,
  ): Promise<EventNamed<"usage_limit_warning">> {
    return this.publishNew("usage_limit_warning", { tenantId, data });
  }

  publishInvoiceOverdue(tenantId: string, data: GivenData<"invoice_overdue">): Promise<EventNamed<"invoice_overdue">> {
    return this.publishNew("invoice_overdue", { tenantId, data });
  }
}
