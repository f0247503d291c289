import { create } from "zustand";
import type { SaleRecord } from "../../src/services/ventas.service.ts";
import { api } from "../lib/api.ts";
import { useNotificationsStore } from "./notificationsStore.ts";

interface SalesState {
  /** `undefined` until they have been loaded. */
  readonly sales: readonly SaleRecord[] | undefined;
  readonly hasFailed: boolean;
}

export const useSalesStore = create<SalesState>()(() => ({ sales: undefined, hasFailed: false }));

let loading: Promise<void> | undefined;
let again = false;

/** One request at a time; what is asked for meanwhile is one more after it, however often. Never rejects. */
export function loadSales(): Promise<void> {
  if (loading) {
    again = true;
    return loading;
  }
  again = false;
  loading = load().finally(() => {
    loading = undefined;
    if (again) void loadSales();
  });
  return loading;
}

async function load(): Promise<void> {
  try {
    const list = await api.sales();
    useSalesStore.setState({ sales: list.sales, hasFailed: false });
    useNotificationsStore.getState().catchUp(list);
  } catch {
    useSalesStore.setState({ hasFailed: true });
  }
}
