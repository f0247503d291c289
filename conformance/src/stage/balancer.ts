import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { Subject } from "../subject/subject.ts";

/** One address before several nodes: each connection goes to the next node that takes it. */
export interface Balancer {
  readonly websocketUrl: string;
  close(): Promise<void>;
}

export async function createBalancer(nodes: readonly Pick<Subject, "websocketUrl">[]): Promise<Balancer> {
  const targets = nodes.map(({ websocketUrl }) => new URL(websocketUrl));
  const open = new Set<Socket>();
  let turn = 0;

  const server = createServer((client) => {
    keep(client);
    forward(client, targets.length);
  });
  // Nodes that drain send many back at once.
  server.listen({ port: 0, host: "127.0.0.1", backlog: 1_024 });
  await once(server, "listening");

  function keep(socket: Socket): void {
    socket.setNoDelay(true);
    open.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => open.delete(socket));
  }

  function forward(client: Socket, attempts: number): void {
    const target = targets[turn++ % targets.length];
    if (!target || attempts === 0 || client.destroyed) return void client.destroy();
    const upstream = connect({ host: target.hostname, port: Number(target.port) });
    keep(upstream);
    let connected = false;
    upstream.once("connect", () => {
      connected = true;
      client.pipe(upstream);
      upstream.pipe(client);
    });
    upstream.once("close", (failed) => {
      if (!connected) forward(client, attempts - 1);
      else if (failed) client.destroy();
      // What the node has said at last still has to reach the client.
      else client.end();
    });
    client.once("close", () => upstream.destroy());
  }

  const { port } = server.address() as AddressInfo;
  return {
    websocketUrl: `ws://127.0.0.1:${port}${targets[0]?.pathname ?? ""}`,
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
