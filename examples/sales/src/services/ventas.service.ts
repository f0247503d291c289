import { type SaleEvent, type SaleStatus, saleCreated } from "../domain/events/sale.events.ts";
import { type Database, inTransaction } from "../infrastructure/database.ts";
import type { EventBus } from "../infrastructure/event-bus/event-bus.interface.ts";

export interface Sale {
  readonly id: number;
  readonly status: SaleStatus;
  readonly total: number;
}

export interface CheckoutItem {
  readonly product: string;
  readonly quantity: number;
  readonly price: number;
}

/** Makes sales. Each is announced once it is committed. */
export class VentasService {
  readonly #database: Database;
  readonly #bus: EventBus<SaleEvent>;

  constructor(database: Database, bus: EventBus<SaleEvent>) {
    this.#database = database;
    this.#bus = bus;
  }

  /** A sale that an administrator enters. */
  create({ total }: { readonly total: number }): Sale {
    const sale = inTransaction(this.#database, () => this.#insert(total));
    this.#announce("VentasService.create", sale);
    return sale;
  }

  /** A sale of what is in a cart. */
  createFromCheckout({ items }: { readonly items: readonly CheckoutItem[] }): Sale {
    if (items.length === 0) throw new RangeError("a checkout has at least one item");
    const total = items.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
    const sale = inTransaction(this.#database, () => {
      const made = this.#insert(total);
      const insert = this.#database.prepare("INSERT INTO sale_items VALUES (?, ?, ?, ?)");
      for (const { product, quantity, price } of items) insert.run(made.id, product, quantity, price);
      return made;
    });
    this.#announce("VentasService.createFromCheckout", sale);
    return sale;
  }

  #insert(total: number): Sale {
    const { lastInsertRowid } = this.#database
      .prepare("INSERT INTO sales (status, total, created_at) VALUES ('pending', ?, ?)")
      .run(total, new Date().toISOString());
    return { id: Number(lastInsertRowid), status: "pending", total };
  }

  #announce(source: string, { id: saleId, status, total }: Sale): void {
    this.#bus.publish(saleCreated(source, { saleId, status, total, reason: "created" }));
  }
}
