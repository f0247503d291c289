import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Listener, Route } from "../../hub/ports/listener.ts";
import type { ListenerOptions } from "../listener-options.ts";
import { createRouteTable } from "../route-table.ts";
import { createCore } from "./core.ts";
import { Front } from "./front.ts";

type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;
type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * The same port on a server that somebody else owns and listens with. `open` mounts routes, its address and certificate
 * being the owner's matter; requests for other paths go to the listeners that the owner had registered before.
 */
export function attachNodeListener(server: Server, options: ListenerOptions): Listener {
  const { topics, frontOptions, emptied, cutAll } = createCore(options);
  let fronts: Front[] = [];
  let detach = (): void => {};

  function attach(): void {
    const requestHandlers = server.listeners("request") as RequestHandler[];
    const upgradeHandlers = server.listeners("upgrade") as UpgradeHandler[];

    const onRequest: RequestHandler = (request, response) => {
      const front = fronts.find((candidate) => candidate.owns(request));
      if (front) front.request(request, response);
      else if (requestHandlers.length === 0) response.writeHead(404).end();
      else for (const handler of requestHandlers) handler.call(server, request, response);
    };
    const onUpgrade: UpgradeHandler = (request, socket, head) => {
      const front = fronts.find((candidate) => candidate.owns(request));
      if (front) front.upgrade(request, { socket, head });
      else if (upgradeHandlers.length === 0) socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
      else for (const handler of upgradeHandlers) handler.call(server, request, socket, head);
    };

    server.removeAllListeners("request").on("request", onRequest);
    server.removeAllListeners("upgrade").on("upgrade", onUpgrade);
    detach = () => {
      server.off("request", onRequest).off("upgrade", onUpgrade);
      for (const handler of requestHandlers) server.on("request", handler);
      for (const handler of upgradeHandlers) server.on("upgrade", handler);
      detach = () => {};
    };
  }

  const mount = (routes: readonly Route[]): void => {
    if (fronts.length === 0) attach();
    fronts = [...fronts, new Front(createRouteTable(routes), frontOptions)];
  };

  return {
    topics,
    async open({ routes }) {
      mount(routes);
      const address = server.address();
      return {
        port: address !== null && typeof address === "object" ? address.port : 0,
        reloadTls: () => Promise.reject(new Error("the certificate belongs to the owner of this server")),
      };
    },
    async drain() {
      fronts = [];
      detach();
    },
    emptied,
    async stop() {
      fronts = [];
      detach();
      await cutAll();
    },
  };
}
