/** The part of `WebSocket` that the connection needs; that of `ws` on Node before 22 fits too. */
export type WebSocketConstructor = new (url: string, protocols?: string | string[]) => WebSocket;

const DEFAULT_PATH = "/connection/websocket";

export interface Endpoints {
  /** For the `websocket` option of the `centrifuge` client: each socket it opens goes to the endpoint of the hour. */
  readonly socket: WebSocketConstructor;
  /** The endpoint of the newest socket. */
  readonly current: () => string;
  /** The newest socket led to a session: stay there. */
  readonly settle: () => void;
}

export interface EndpointsOptions {
  readonly urls: readonly string[];
  readonly websocket?: WebSocketConstructor | undefined;
  /** A frame came in. */
  readonly heard: () => void;
}

/**
 * Several addresses of one hub. The first is preferred; an attempt that led to no session moves on to the next, round and
 * round. The pace of the attempts is the connection's: a hub that is down everywhere is not asked more often for it.
 */
export function createEndpoints({ urls, websocket, heard }: EndpointsOptions): Endpoints {
  let index = 0;
  let wentWell = true;
  const current = (): string => websocketUrl(urls[index] ?? "");
  function open(_url: string, protocols?: string | string[]): WebSocket {
    if (!wentWell) index = (index + 1) % urls.length;
    wentWell = false;
    const socket = new (websocket ?? WebSocket)(current(), protocols ?? []);
    socket.addEventListener("message", heard);
    return socket;
  }
  return {
    socket: open as unknown as WebSocketConstructor,
    current,
    settle: () => {
      wentWell = true;
    },
  };
}

/** Takes what people write into configurations: a page's address, a host without a path, a path of the same origin. */
export function websocketUrl(url: string): string {
  const parsed = new URL(url, globalThis.location?.href);
  parsed.protocol = parsed.protocol.replace(/^http/, "ws");
  if (parsed.pathname === "/") parsed.pathname = DEFAULT_PATH;
  return parsed.href;
}
