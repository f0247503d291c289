export interface CuttableSocket {
  /** For the `websocket` option of the client. */
  readonly Socket: typeof WebSocket;
  /** Closes the open socket; until `restore` every new one fails like one without a network. */
  cut(): void;
  restore(): void;
}

/** A `WebSocket` whose connection can be cut on purpose, below the client library, which knows nothing of it. */
export function createCuttableSocket(): CuttableSocket {
  let cut = false;
  const open = new Set<WebSocket>();

  class Socket extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      open.add(this);
      this.addEventListener("close", () => open.delete(this));
    }
  }

  // A constructor may answer with another object: nothing reaches the network during the cut.
  const Gate = new Proxy(Socket, {
    construct: (target, args, newTarget) =>
      cut ? createDeadSocket() : (Reflect.construct(target, args, newTarget) as WebSocket),
  });

  return {
    Socket: Gate,
    cut() {
      cut = true;
      for (const socket of open) socket.close();
    },
    restore() {
      cut = false;
    },
  };
}

/** Looks like a socket whose handshake failed. */
function createDeadSocket(): WebSocket {
  const dead = { readyState: WebSocket.CLOSED, onclose: null, close() {}, send() {} } as unknown as WebSocket;
  queueMicrotask(() => dead.onclose?.(new CloseEvent("close", { code: 1006 })));
  return dead;
}
