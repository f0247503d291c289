import type { SaleEvent } from "./domain/events/sale.events.ts";

/** What the page of an administrator does with its WebSocket, without the page. */
export interface AdminPage {
  /** The badge of the sidebar. */
  hasNewSales: boolean;
  readonly events: readonly SaleEvent[];
  /** How often it was let in. */
  readonly entered: number;
  /** Connections that it tried to open. */
  readonly attempts: number;
  /** Some events may have passed unseen. */
  readonly gaps: number;
  /** It gave up, with the code of the last end. */
  readonly failed: number | undefined;
  until(holds: (page: AdminPage) => boolean, what: string): Promise<void>;
  close(): void;
}

const PATIENCE_MS = 20_000;
const ATTEMPTS = 10;
const FOR_GOOD: readonly number[] = [4401, 4403];

/** `baseMs` is the first delay of the backoff, which doubles. */
export function openAdminPage(url: string, { token, baseMs = 20 }: { token: string; baseMs?: number }): AdminPage {
  const events: SaleEvent[] = [];
  const watchers = new Set<() => void>();
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;
  let attempts = 0;
  let inARow = 0;
  let entered = 0;
  let gaps = 0;
  let failed: number | undefined;
  let lastEventId: string | undefined;

  const page: AdminPage = {
    hasNewSales: false,
    events,
    get entered() {
      return entered;
    },
    get attempts() {
      return attempts;
    },
    get gaps() {
      return gaps;
    },
    get failed() {
      return failed;
    },
    until: (holds, what) =>
      new Promise((resolve, reject) => {
        const tooLate = setTimeout(() => {
          watchers.delete(look);
          reject(new Error(`${what} did not come`));
        }, PATIENCE_MS);
        const look = (): void => {
          if (!holds(page)) return;
          watchers.delete(look);
          clearTimeout(tooLate);
          resolve();
        };
        watchers.add(look);
        look();
      }),
    close() {
      closed = true;
      clearTimeout(timer);
      socket?.close();
    },
  };
  const changed = (): void => {
    for (const look of [...watchers]) look();
  };

  function read(frame: { type: string; id?: string; lastEventId?: string; event?: SaleEvent }): void {
    if (frame.type === "auth_success") {
      entered++;
      inARow = 0;
      lastEventId ??= frame.lastEventId;
    } else if (frame.type === "event_gap") {
      gaps++;
      lastEventId = frame.lastEventId;
    } else if (frame.type === "event" && frame.event) {
      lastEventId = frame.id;
      events.push(frame.event);
      page.hasNewSales = true;
    }
  }

  function connect(): void {
    attempts++;
    inARow++;
    const opened = new WebSocket(`${url.replace(/^http/, "ws")}/ws`);
    socket = opened;
    opened.onopen = () => opened.send(JSON.stringify({ type: "auth", token, since: lastEventId }));
    opened.onmessage = ({ data }) => {
      read(JSON.parse(String(data)));
      changed();
    };
    opened.onerror = () => {};
    opened.onclose = ({ code }) => {
      if (closed) return;
      if (FOR_GOOD.includes(code) || inARow >= ATTEMPTS) failed = code;
      else timer = setTimeout(connect, baseMs * 2 ** inARow);
      changed();
    };
  }
  connect();
  return page;
}
