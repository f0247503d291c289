import { type SaleEvent, saleCreated } from "../domain/events/sale.events.ts";
import { type Database, inTransaction } from "../infrastructure/database.ts";
import type { EventBus } from "../infrastructure/event-bus/event-bus.interface.ts";
import type { Sale } from "./ventas.service.ts";

/** Takes notice of payments. */
export class PaymentProcessingService {
  readonly #database: Database;
  readonly #bus: EventBus<SaleEvent>;

  constructor(database: Database, bus: EventBus<SaleEvent>) {
    this.#database = database;
    this.#bus = bus;
  }

  /** A pending sale is paid for. Payment providers tell it more than once: only the first time is announced. */
  confirmPayment(saleId: number): Sale {
    const { sale, isNew } = inTransaction(this.#database, () => {
      const { changes } = this.#database
        .prepare(
          `UPDATE sales SET status = 'approved', change = (SELECT max(change) + 1 FROM sales)
           WHERE id = ? AND status = 'pending'`,
        )
        .run(saleId);
      const row = this.#database.prepare("SELECT total FROM sales WHERE id = ?").get(saleId);
      if (!row) throw new RangeError(`there is no sale ${saleId}`);
      const paid: Sale = { id: saleId, status: "approved", total: Number(row.total) };
      return { sale: paid, isNew: Number(changes) > 0 };
    });
    const { status, total } = sale;
    if (isNew) {
      const source = "PaymentProcessingService.confirmPayment";
      this.#bus.publish(saleCreated(source, { saleId, status, total, reason: "payment_confirmed" }));
    }
    return sale;
  }
}
