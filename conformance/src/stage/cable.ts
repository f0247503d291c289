import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { Subject } from "../subject/subject.ts";

/** A wire between clients and a server that a test can cut; clients and server notice nothing of it otherwise. */
export interface Cable {
  /** The server's WebSocket endpoint through this cable. */
  readonly websocketUrl: string;
  /** Connections that lie in it now. */
  readonly size: number;
  /** Breaks some or all connections without a goodbye. */
  cut(which?: (index: number) => boolean): void;
  /** Cuts all of it, and what tries to connect fails until it is mended. */
  unplug(): void;
  plugIn(): void;
  close(): Promise<void>;
}

export async function createCable(subject: Pick<Subject, "websocketUrl">): Promise<Cable> {
  const target = new URL(subject.websocketUrl);
  const pairs = new Set<readonly [Socket, Socket]>();
  let plugged = true;
  const server = createServer((client) => {
    if (!plugged) return void client.destroy();
    const upstream = connect({ host: target.hostname, port: Number(target.port), noDelay: true });
    const pair = [client, upstream] as const;
    pairs.add(pair);
    for (const [from, to] of [pair, [upstream, client] as const]) {
      from.setNoDelay(true);
      from.pipe(to);
      from.on("error", () => {});
      from.on("close", () => {
        pairs.delete(pair);
        to.destroy();
      });
    }
  });
  // A storm of clients comes back at once.
  server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const cut = (which: (index: number) => boolean = () => true): void => {
    for (const [index, pair] of [...pairs].entries()) if (which(index)) for (const end of pair) end.resetAndDestroy();
  };
  return {
    websocketUrl: `ws://127.0.0.1:${port}${target.pathname}`,
    get size() {
      return pairs.size;
    },
    cut,
    unplug() {
      plugged = false;
      cut();
    },
    plugIn() {
      plugged = true;
    },
    async close() {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}
