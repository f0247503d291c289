import { products } from "./domain/products.ts";
import type { PaymentProcessingService } from "./services/payment-processing.service.ts";
import type { VentasService } from "./services/ventas.service.ts";

export interface DemoCustomersOptions {
  readonly ventas: VentasService;
  readonly payments: PaymentProcessingService;
}

const PACE_MS = 5_000;
/** Most pay soon; some never do. */
const PAYING = 0.7;

const below = (limit: number): number => Math.floor(Math.random() * limit);

/** Somebody buys, now and then, and pays a while later. Returns what sends them home. */
export function inviteDemoCustomers({ ventas, payments }: DemoCustomersOptions): () => void {
  const timers = new Set<NodeJS.Timeout>();
  function later(task: () => void): void {
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        task();
      },
      PACE_MS * (0.5 + Math.random()),
    );
    timers.add(timer);
  }
  function buy(): void {
    const first = below(products.length);
    const wanted = products.slice(first, first + 1 + below(2));
    const items = wanted.map(({ name, price }) => ({ product: name, quantity: 1 + below(3), price }));
    const { id } = ventas.createFromCheckout({ items });
    if (Math.random() < PAYING) later(() => payments.confirmPayment(id));
    later(buy);
  }
  buy();
  return () => {
    for (const timer of timers) clearTimeout(timer);
  };
}
