import { type SaleEvent, type SaleStatus, saleCreated } from "../domain/events/sale.events.ts";
import { type Database, inTransaction } from "../infrastructure/database.ts";
import type { EventBus } from "../infrastructure/event-bus/event-bus.interface.ts";

export interface Sale {
  readonly id: number;
  readonly status: SaleStatus;
  readonly total: number;
}

/** A sale as administrators see it. */
export interface SaleRecord extends Sale {
  /** ISO 8601 */
  readonly createdAt: string;
  /** What was bought, in words; empty where an administrator entered only the total. */
  readonly items: string;
}

export interface SalesList {
  /** The newest first. */
  readonly sales: readonly SaleRecord[];
  /** Counts up with every change to any sale. */
  readonly lastChange: number;
}

export interface CheckoutItem {
  readonly product: string;
  readonly quantity: number;
  readonly price: number;
}

const LIST_LIMIT = 100;

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

  /** The last hundred. */
  list(): SalesList {
    const rows = this.#database
      .prepare(
        `SELECT id, status, total, created_at,
           (SELECT group_concat(quantity || ' × ' || product, ', ') FROM sale_items WHERE sale_id = id) AS items
         FROM sales ORDER BY id DESC LIMIT ?`,
      )
      .all(LIST_LIMIT);
    const last = this.#database.prepare("SELECT coalesce(max(change), 0) AS change FROM sales").get();
    return {
      sales: rows.map(({ id, status, total, created_at, items }) => ({
        id: Number(id),
        status: status as SaleStatus,
        total: Number(total),
        createdAt: String(created_at),
        items: String(items ?? ""),
      })),
      lastChange: Number(last?.change),
    };
  }

  #insert(total: number): Sale {
    const { lastInsertRowid } = this.#database
      .prepare(
        `INSERT INTO sales (status, total, created_at, change)
         VALUES ('pending', ?, ?, (SELECT coalesce(max(change), 0) + 1 FROM sales))`,
      )
      .run(total, new Date().toISOString());
    return { id: Number(lastInsertRowid), status: "pending", total };
  }

  #announce(source: string, { id: saleId, status, total }: Sale): void {
    this.#bus.publish(saleCreated(source, { saleId, status, total, reason: "created" }));
  }
}
