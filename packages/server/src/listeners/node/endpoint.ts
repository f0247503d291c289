import { createServer, type Server } from "node:http";
import { createServer as createTlsServer, Server as TlsServer } from "node:https";
import type { BoundEndpoint, Endpoint } from "../../hub/ports/listener.ts";
import { createRouteTable } from "../route-table.ts";
import { readTlsFiles } from "../tls-files.ts";
import { Front, type FrontOptions } from "./front.ts";

export interface NodeEndpointOptions extends FrontOptions {
  readonly keepAliveSeconds: number;
}

/** One address with its routes, on a server of its own. */
export class NodeEndpoint implements BoundEndpoint {
  readonly #endpoint: Endpoint;
  readonly #front: Front;
  readonly #keepAliveSeconds: number;
  #server: Server | undefined;
  port: number;

  constructor(endpoint: Endpoint, options: NodeEndpointOptions) {
    this.#endpoint = endpoint;
    this.#keepAliveSeconds = options.keepAliveSeconds;
    this.#front = new Front(createRouteTable(endpoint.routes), options);
    this.port = endpoint.port;
  }

  async open(): Promise<void> {
    const { tls, hostname, port, shared = false } = this.#endpoint;
    const server: Server = tls ? createTlsServer(await readTlsFiles(tls)) : createServer();
    server.keepAliveTimeout = this.#keepAliveSeconds * 1_000;
    server.on("request", (request, response) => this.#front.request(request, response));
    server.on("upgrade", (request, socket, head) => this.#front.upgrade(request, { socket, head }));
    const opened = Promise.withResolvers<void>();
    server.once("error", opened.reject);
    server.listen({ port, host: hostname, reusePort: shared }, opened.resolve);
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
