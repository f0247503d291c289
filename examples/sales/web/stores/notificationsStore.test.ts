import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { type SaleEvent, type SaleReason, saleCreated } from "../../src/domain/events/sale.events.ts";
import type { SalesList } from "../../src/services/ventas.service.ts";
import { useNotificationsStore } from "./notificationsStore.ts";

const kept = new Map<string, string>();
Object.defineProperty(globalThis, "localStorage", {
  value: {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  },
});

const store = useNotificationsStore;
let lastSale = 0;

const sell = (saleId = ++lastSale, reason: SaleReason = "created"): SaleEvent =>
  saleCreated("test", { saleId, status: "pending", total: 1, reason });

const list = (lastChange: number, ...ids: number[]): SalesList => ({
  lastChange,
  sales: ids.map((id) => ({ id, status: "pending", total: 1, createdAt: "", items: "" })),
});

const { receive, catchUp, watch, dismiss } = store.getState();

describe("the notifications store", () => {
  beforeEach(() => {
    kept.clear();
    dismiss();
    watch(true);
    watch(false);
  });

  it("has new sales after an event, until /admin/ventas is entered", () => {
    receive(sell());
    assert.equal(store.getState().hasNewSales, true);
    watch(true);
    assert.equal(store.getState().hasNewSales, false);
    receive(sell());
    assert.equal(store.getState().hasNewSales, false, "who is there sees it come");
  });

  it("counts a sale once for each reason, whether it was told of or listed", () => {
    const sale = sell();
    receive(sale);
    watch(true);
    watch(false);
    receive(sale);
    receive(sell(sale.data.saleId));
    assert.equal(store.getState().hasNewSales, false);
    receive(sell(sale.data.saleId, "payment_confirmed"));
    assert.equal(store.getState().hasNewSales, true);

    watch(true);
    const listed = ++lastSale;
    catchUp(list(1, listed));
    watch(false);
    receive(sell(listed));
    assert.equal(store.getState().hasNewSales, false);
  });

  it("takes from the list what happened while nobody listened", () => {
    catchUp(list(7));
    assert.equal(store.getState().hasNewSales, false, "the first time everything is old");
    catchUp(list(7));
    assert.equal(store.getState().hasNewSales, false);
    catchUp(list(8));
    assert.equal(store.getState().hasNewSales, true);
    watch(true);
    catchUp(list(9));
    watch(false);
    catchUp(list(9));
    assert.equal(store.getState().hasNewSales, false);
  });

  it("leaves events aside that it does not know", () => {
    receive({ ...sell(), type: "SALE_CANCELLED" });
    assert.deepEqual([store.getState().hasNewSales, store.getState().latest], [false, undefined]);
  });
});
