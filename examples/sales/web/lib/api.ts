import type { SalesList } from "../../src/services/ventas.service.ts";
import { freshToken, useSessionStore } from "../stores/sessionStore.ts";

export interface CartItem {
  readonly product: string;
  readonly quantity: number;
}

/** The API of the shop. Rejects when it does not answer, or refuses. */
export const api = {
  sales: (): Promise<SalesList> => ask("GET", "/api/sales"),
  createSale: (total: number): Promise<unknown> => ask("POST", "/api/sales", { total }),
  confirmPayment: (saleId: number): Promise<unknown> => ask("POST", `/api/sales/${saleId}/payment`),
  checkout: (items: readonly CartItem[]): Promise<unknown> => ask("POST", "/api/checkout", { items }),
};

async function ask<T>(method: string, path: string, body?: object): Promise<T> {
  const send = (token: string | undefined): Promise<Response> =>
    fetch(path, {
      method,
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body ? { "content-type": "application/json" } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  const { token } = useSessionStore.getState();
  let response = await send(token);
  // The token has expired, and the session may not have.
  if (response.status === 401 && token) response = await send(await freshToken());
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return (await response.json()) as T;
}
