/** Any frame. */
export type Heard = Readonly<Record<string, unknown>>;

/** A client as a page of a browser writes it, which remembers what it heard. */
export interface Talk {
  readonly frames: readonly Heard[];
  /** What the frames of type `event` brought. */
  readonly events: readonly unknown[];
  /** The close code, once there is one. */
  readonly closed: Promise<number>;
  say(frame: object): void;
  /** The first frame of a type that fits, from the beginning of the connection on. */
  hear(type: string, fits?: (frame: Heard) => boolean): Promise<Heard>;
  until(fits: (frame: Heard) => boolean): Promise<Heard>;
  close(): Promise<void>;
}

/** How long a test waits for what must come. */
const PATIENCE_MS = 15_000;

/** What the WebSocket of a browser has, and libraries beside it. */
interface AnyWebSocket {
  onopen: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  send(text: string): void;
  close(): void;
}

const ofBrowsers = (url: string): AnyWebSocket => new WebSocket(url);

export async function createTalk(url: string, open: (url: string) => AnyWebSocket = ofBrowsers): Promise<Talk> {
  const socket = open(url);
  const frames: Heard[] = [];
  const watchers = new Set<() => void>();
  const closed = new Promise<number>((resolve) => {
    socket.onclose = ({ code }: { readonly code: number }) => resolve(code);
  });
  socket.onmessage = ({ data }: { readonly data: unknown }) => {
    frames.push(JSON.parse(String(data)));
    for (const watcher of [...watchers]) watcher();
  };
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error(`no connection to ${url.split("?")[0]}`));
  });
  socket.onerror = () => {};

  const until = (fits: (frame: Heard) => boolean): Promise<Heard> =>
    new Promise((resolve, reject) => {
      const tooLate = setTimeout(() => {
        watchers.delete(look);
        reject(new Error(`what was awaited did not come; heard ${JSON.stringify(frames)}`));
      }, PATIENCE_MS);
      const look = (): void => {
        const found = frames.find(fits);
        if (!found) return;
        watchers.delete(look);
        clearTimeout(tooLate);
        resolve(found);
      };
      watchers.add(look);
      look();
    });

  return {
    frames,
    get events() {
      return frames.flatMap(({ type, event }) => (type === "event" ? [event] : []));
    },
    closed,
    say: (frame) => socket.send(JSON.stringify(frame)),
    hear: (type, fits = () => true) => until((frame) => frame.type === type && fits(frame)),
    until,
    async close() {
      socket.close();
      await closed;
    },
  };
}
