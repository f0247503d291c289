/** What happens to sales. Clients forward types that they do not know untouched. */
export type SaleEventType = "SALE_CREATED" | "SALE_UPDATED" | "SALE_CANCELLED";

/** A sale is announced when it is made and again when it is paid for. */
export type SaleReason = "created" | "payment_confirmed";

export interface SaleData {
  readonly saleId: number;
  readonly status: SaleStatus;
  readonly total: number;
  /** With `saleId` it tells clients what they have seen already. */
  readonly reason: SaleReason;
}

export type SaleStatus = "pending" | "approved";

export interface SaleEvent {
  /** Unique: by it an event that comes twice is recognised. */
  readonly id: string;
  readonly type: SaleEventType;
  /** ISO 8601 */
  readonly occurredAt: string;
  /** The service that emitted it. */
  readonly source: string;
  readonly data: SaleData;
}

export const saleCreated = (source: string, data: SaleData): SaleEvent => ({
  id: crypto.randomUUID(),
  type: "SALE_CREATED",
  occurredAt: new Date().toISOString(),
  source,
  data,
});
