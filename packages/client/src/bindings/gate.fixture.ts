import { once } from "node:events";
import { type AddressInfo, createServer, connect as dial, type Socket } from "node:net";

/** What stands between clients and a hub, and can be shut. */
export interface Gate {
  readonly port: number;
  /** Connections that came in, ever. */
  readonly opened: number;
  /** Connections that are open now. */
  readonly open: number;
  /** Ends every connection, and lets nobody in until `restore`. */
  cut(): void;
  restore(): void;
  /** Resolves once no connection is open. */
  empty(): Promise<void>;
  close(): Promise<void>;
}

/** A gate on a free port of its own before the port of a hub. */
export async function openGate(hubPort: number): Promise<Gate> {
  const inside = new Set<Socket>();
  let shut = false;
  let opened = 0;
  let waiting: (() => void)[] = [];
  const server = createServer((outer) => {
    if (shut) {
      outer.destroy();
      return;
    }
    opened++;
    const inner = dial({ port: hubPort, host: "localhost" });
    inside.add(outer);
    for (const [one, other] of [
      [outer, inner],
      [inner, outer],
    ] as const) {
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        other.destroy();
        if (!inside.delete(outer) || inside.size > 0) return;
        for (const resolve of waiting) resolve();
        waiting = [];
      });
    }
  });
  const cut = (): void => {
    shut = true;
    for (const socket of inside) socket.destroy();
  };
  server.listen(0, "localhost");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    get opened() {
      return opened;
    },
    get open() {
      return inside.size;
    },
    cut,
    restore: () => {
      shut = false;
    },
    empty: () => (inside.size === 0 ? Promise.resolve() : new Promise((resolve) => void waiting.push(resolve))),
    async close() {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}
