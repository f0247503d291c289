import { createInterface } from "node:readline";
import type { Log } from "../../../packages/server/src/index.ts";
import { startBackend } from "./backend.ts";

const write = (message: string, fields: object = {}): void => console.error(message, fields);
const log: Log = { debug() {}, info: write, warn: write, error: write };
const backend = await startBackend({
  env: process.env,
  log,
});
console.log(`Administrators connect to ${backend.server.url.replace(/^http/, "ws")}/ws`);
console.log("Type: sale 100 · checkout coffee 2 4.5 · pay 1");

/** Stands for the HTTP API of the shop. */
const verbs: Readonly<Record<string, (words: readonly string[]) => unknown>> = {
  sale: ([total]) => backend.ventas.create({ total: Number(total) }),
  checkout: ([product = "", quantity, price]) =>
    backend.ventas.createFromCheckout({ items: [{ product, quantity: Number(quantity), price: Number(price) }] }),
  pay: ([sale]) => backend.payments.confirmPayment(Number(sale)),
};

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const [verb = "", ...words] = line.trim().split(/\s+/);
  try {
    console.log(verbs[verb]?.(words) ?? `there is no "${verb}"`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
  }
});
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    lines.close();
    void backend.stop();
  });
}
