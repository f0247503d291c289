import { create } from "zustand";
import type { SaleEvent } from "../../src/domain/events/sale.events.ts";
import type { SaleRecord, SalesList } from "../../src/services/ventas.service.ts";

interface NotificationsState {
  /** The badge of the sidebar. */
  readonly hasNewSales: boolean;
  /** What the toast tells of. */
  readonly latest: SaleEvent | undefined;
  /** Somebody looks at `/admin/ventas`: what comes is not news to him. */
  readonly isWatching: boolean;
  /** An event of the hub. The same sale for the same reason counts once, however often it comes. */
  readonly receive: (event: SaleEvent) => void;
  /** The list of sales as it is now: what happened while nobody listened is in there. */
  readonly catchUp: (list: SalesList) => void;
  /** `/admin/ventas` is entered or left. */
  readonly watch: (isWatching: boolean) => void;
  readonly dismiss: () => void;
}

/** The last change that was seen on `/admin/ventas` outlives the page. */
const SEEN = "sales.seen";
/** Twice as many as the list has sales: each is announced at most twice. */
const REMEMBERED = 200;
const known = new Set<string>();

/** Whether nobody has told of it yet. The oldest are forgotten. */
function isNews(key: string): boolean {
  const isNew = !known.delete(key);
  known.add(key);
  const [oldest] = known;
  if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
  return isNew;
}

const keyOf = (saleId: number, reason: string): string => `${saleId} ${reason}`;

const keysOf = ({ id, status }: SaleRecord): string[] =>
  ["created", ...(status === "approved" ? ["payment_confirmed"] : [])].map((reason) => keyOf(id, reason));

export const useNotificationsStore = create<NotificationsState>()((set, get) => ({
  hasNewSales: false,
  latest: undefined,
  isWatching: false,
  receive(event) {
    if (event.type !== "SALE_CREATED") return;
    if (isNews(keyOf(event.data.saleId, event.data.reason))) set({ hasNewSales: !get().isWatching, latest: event });
  },
  catchUp({ sales, lastChange }) {
    for (const key of sales.flatMap(keysOf).reverse()) isNews(key);
    const seen = localStorage.getItem(SEEN);
    // Who comes for the first time begins with what is there.
    if (get().isWatching || seen === null) localStorage.setItem(SEEN, String(lastChange));
    else if (lastChange > Number(seen)) set({ hasNewSales: true });
  },
  watch: (isWatching) => set(isWatching ? { isWatching, hasNewSales: false } : { isWatching }),
  dismiss: () => set({ latest: undefined }),
}));
