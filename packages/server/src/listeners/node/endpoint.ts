import { createServer, type Server } from "node:http";
import { createServer as createTlsServer, Server as TlsServer } from "node:https";
import type { BoundEndpoint, Endpoint } from "../../hub/ports/listener.ts";
import { createRouteTable } from "../route-table.ts";
import { readTlsFiles } from "../tls-files.ts";
import { Front, type FrontOptions } from "./front.ts";

/** How long a kept-alive connection may wait for its next request. */
const KEEP_ALIVE_MS = 75_000;

/** One address with its routes, on a server of its own. */
export class NodeEndpoint implements BoundEndpoint {
  readonly #endpoint: Endpoint;
  readonly #front: Front;
  #server: Server | undefined;
  port: number;

  constructor(endpoint: Endpoint, options: FrontOptions) {
    this.#endpoint = endpoint;
    this.#front = new Front(createRouteTable(endpoint.routes), options);
    this.port = endpoint.port;
  }

  async open(): Promise<void> {
    const { tls, hostname, port } = this.#endpoint;
    const server: Server = tls ? createTlsServer(await readTlsFiles(tls)) : createServer();
    server.keepAliveTimeout = KEEP_ALIVE_MS;
    server.on("request", (request, response) => void this.#front.request(request, response));
    server.on("upgrade", (request, socket, head) => void this.#front.upgrade(request, { socket, head }));
    const opened = Promise.withResolvers<void>();
    server.once("error", opened.reject);
    server.listen({ port, host: hostname }, opened.resolve);
    try {
      await opened.promise;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`cannot listen on ${hostname ?? "all addresses"}, port ${port}: ${reason}`, { cause });
    }
    const address = server.address();
    if (address !== null && typeof address === "object") this.port = address.port;
    this.#server = server;
  }

  async reloadTls(): Promise<void> {
    const { tls } = this.#endpoint;
    if (!tls || !(this.#server instanceof TlsServer)) throw new Error("this endpoint has no certificate to reload");
    this.#server.setSecureContext(await readTlsFiles(tls));
  }

  drain(): void {
    this.#server?.close();
  }

  stop(): void {
    this.drain();
    this.#server?.closeAllConnections();
  }
}
