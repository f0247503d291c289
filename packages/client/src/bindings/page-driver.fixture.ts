import type { Client } from "../index.ts";

/** What can travel between a page and a test that drives it from another process. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [name: string]: Plain };

/** What a component shows: data, and the names of what can be called. */
export type Shown = Readonly<Record<string, Plain>>;

/** What an application does with the hooks of a binding, one component for each. */
export const uses = [
  "useConnection",
  "useChannel",
  "usePresence",
  "useDeploymentEvents",
  "useBillingEvents",
  "useMetricsEvents",
  "usePresenceEvents",
  "useNotifications",
  "useBillingAlerts",
  /** `useEvents` with a callback that keeps what it hears: `{ heard }`. */
  "heard",
  /** `useNotifications` with toasts: `{ toasts }`. */
  "toasts",
  /** `useEvents` with a callback that throws, inside of the binding's error boundary: `{ fallback }` or `{ content }`. */
  "throwing",
] as const;
export type Use = (typeof uses)[number];

export interface Rendered {
  /** The parent renders the component again, with other arguments. */
  update(args: readonly Plain[]): void;
  unmount(): void;
}

export interface RenderOptions {
  readonly client: Client;
  readonly use: Use;
  readonly args: readonly Plain[];
  /** Is told what the component shows, each time that it is rendered. */
  readonly show: (value: object) => void;
}

/** All that differs between the bindings, for the contract. */
export interface Binding {
  createClient(options: { readonly url: string; readonly token: string }): Client;
  render(options: RenderOptions): Rendered;
}

/** A page of one application: components come and go, one client stays. */
export interface PageDriver {
  open(url: string, token: string): void;
  mount(use: Use, args: readonly Plain[]): number;
  read(id: number): { readonly version: number; readonly shown: Shown };
  /** Resolves once the component has been rendered more than `version` times. */
  rendered(id: number, version: number): Promise<void>;
  call(id: number, method: string, args: readonly Plain[]): void;
  update(id: number, args: readonly Plain[]): void;
  unmount(id: number): void;
  /** Mounts and unmounts a component so many times. */
  churn(times: number, use: Use, args: readonly Plain[]): void;
  close(): void;
}

interface Slot extends Rendered {
  version: number;
  value: Readonly<Record<string, unknown>>;
  waiting: (() => void)[];
}

export function createPageDriver(binding: Binding): PageDriver {
  const slots = new Map<number, Slot>();
  let client: Client | undefined;
  let lastId = 0;
  const opened = (): Client => {
    if (!client) throw new Error("open comes first");
    return client;
  };
  const at = (id: number): Slot => {
    const slot = slots.get(id);
    if (!slot) throw new Error(`nothing is mounted as ${id}`);
    return slot;
  };
  const driver: PageDriver = {
    open(url, token) {
      client = binding.createClient({ url, token });
    },
    mount(use, args) {
      const seen: Pick<Slot, "version" | "value" | "waiting"> = { version: 0, value: {}, waiting: [] };
      const show = (value: object): void => {
        slot.version++;
        slot.value = value as Slot["value"];
        for (const resolve of slot.waiting.splice(0)) resolve();
      };
      const slot = seen as Slot;
      Object.assign(slot, binding.render({ client: opened(), use, args, show }));
      lastId++;
      slots.set(lastId, slot);
      return lastId;
    },
    read: (id) => ({ version: at(id).version, shown: plain(at(id).value) as Shown }),
    rendered: (id, version) =>
      at(id).version > version ? Promise.resolve() : new Promise((resolve) => void at(id).waiting.push(resolve)),
    call(id, method, args) {
      const called = at(id).value[method];
      if (typeof called !== "function") throw new Error(`${method} is not to be called`);
      called(...args);
    },
    update: (id, args) => at(id).update(args),
    unmount(id) {
      at(id).unmount();
      slots.delete(id);
    },
    churn(times, use, args) {
      for (let left = times; left > 0; left--) driver.unmount(driver.mount(use, args));
    },
    close() {
      for (const id of [...slots.keys()]) driver.unmount(id);
      client?.close();
    },
  };
  return driver;
}

/** Maps as lists of pairs, functions by the word "function". */
function plain(value: unknown): Plain {
  if (value === undefined || value === null) return null;
  if (typeof value === "function") return "function";
  if (value instanceof Map) return [...value].map(([key, entry]) => [plain(key), plain(entry)]);
  if (value instanceof Error) return value.message;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, plain(entry)]));
  }
  return value as Plain;
}
