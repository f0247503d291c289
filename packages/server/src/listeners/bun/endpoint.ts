import type { Answer, BoundEndpoint, Endpoint, Reply, Stream, Upgrade } from "../../hub/ports/listener.ts";
import type { Clock } from "../../kit/clock.ts";
import { parseRequestTarget } from "../../kit/http/request-target.ts";
import { answerRequest, badRequest, notWebSocket, tooManyConnections } from "../answer.ts";
import type { ClientAddress } from "../forwarded.ts";
import { chooseCoding } from "../gzip-stream.ts";
import { LAST_RESORT_FACTOR } from "../listener-options.ts";
import { createRouteTable, type RouteTable } from "../route-table.ts";
import { readTlsFiles, type TlsPair } from "../tls-files.ts";
import type { TurnWriter } from "../turn-writer.ts";
import type { Surroundings } from "./connection.ts";
import { BunHttpRequest } from "./request.ts";
import { SocketOutlet } from "./socket-outlet.ts";
import { StreamOutlet } from "./stream-outlet.ts";

/** A socket carries the accepted upgrade into `open`, and its outlet from then on. */
export type Server = Bun.Server<Upgrade | SocketOutlet>;

export interface EndpointOptions {
  readonly surroundings: Surroundings;
  readonly clock: Clock;
  readonly writer: TurnWriter;
  readonly clientAddress: ClientAddress;
  readonly keepAliveSeconds: number;
  /** Bun has one limit for all sockets of a server; the smaller one of an upgrade is checked after it. */
  readonly largestMessageBytes: number;
  /** Whether the listener has as many connections as it may. */
  isFull(): boolean;
  started(server: Server): void;
  /** The last connection of a server has ended. */
  ended(server: Server): void;
}

/** One address with its routes. Each renewal of the certificate adds a Bun server; the old one lives as long as its sockets. */
export class BunEndpoint implements BoundEndpoint {
  readonly #endpoint: Endpoint;
  readonly #options: EndpointOptions;
  readonly #routes: RouteTable;
  readonly #servers: Set<Server> = new Set();
  #current: Server | undefined;
  #retiring: Promise<unknown> = Promise.resolve();
  port: number;

  constructor(endpoint: Endpoint, options: EndpointOptions) {
    this.#endpoint = endpoint;
    this.#options = options;
    this.#routes = createRouteTable(endpoint.routes);
    this.port = endpoint.port;
  }

  async open(): Promise<void> {
    const { tls, hostname, port } = this.#endpoint;
    const pair = tls && (await readTlsFiles(tls));
    try {
      if (pair && port !== 0 && !this.#endpoint.shared) this.#claimPort();
      this.#serve(pair);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`cannot listen on ${hostname ?? "all addresses"}, port ${port}: ${reason}`, { cause });
    }
  }

  async reloadTls(): Promise<void> {
    const { tls } = this.#endpoint;
    if (!tls) throw new Error("this endpoint has no certificate to reload");
    const pair = await readTlsFiles(tls);
    const old = this.#current;
    this.#serve(pair);
    if (old) this.#retireKindly(old);
  }

  drain(): void {
    if (this.#current) this.#retireKindly(this.#current);
    this.#current = undefined;
  }

  async emptied(): Promise<void> {
    await this.#retiring;
  }

  async stop(): Promise<void> {
    this.#current = undefined;
    await Promise.all([...this.#servers].map((server) => this.#retire(server, true)));
  }

  #retireKindly(server: Server): void {
    this.#retiring = Promise.all([this.#retiring, this.#retire(server, false)]);
  }

  async #retire(server: Server, atOnce: boolean): Promise<void> {
    await server.stop(atOnce);
    if (this.#servers.delete(server)) this.#options.ended(server);
  }

  /** Servers with `reusePort` share a port without noticing; one without it notices. */
  #claimPort(): void {
    const { hostname, port } = this.#endpoint;
    const fetch = (): Response => new Response();
    void Bun.serve({ ...(hostname === undefined ? {} : { hostname }), port, reusePort: false, fetch }).stop(true);
  }

  #serve(tls: TlsPair | undefined): void {
    const { hostname, shared = false } = this.#endpoint;
    const server = Bun.serve<Upgrade | SocketOutlet>({
      ...(hostname === undefined ? {} : { hostname }),
      ...(tls ? { tls: { ...tls } } : {}),
      // A renewed certificate needs a second server on the port. Outside development Bun takes true for granted.
      reusePort: shared || tls !== undefined,
      port: this.port,
      development: false,
      idleTimeout: this.#options.keepAliveSeconds,
      fetch: (request, server) => this.#fetch(request, server),
      error: () => new Response("internal server error\n", { status: 500 }),
      websocket: {
        idleTimeout: 0,
        sendPings: false,
        // Shared: nothing is remembered from message to message, so a socket needs no memory of its own.
        perMessageDeflate: this.#options.surroundings.compression && { compress: "shared", decompress: "shared" },
        maxPayloadLength: this.#options.largestMessageBytes,
        backpressureLimit: this.#options.surroundings.maxBufferedBytes * LAST_RESORT_FACTOR,
        closeOnBackpressureLimit: true,
        open: (socket) => {
          if (socket.data instanceof SocketOutlet) return;
          const upgrade = socket.data;
          const outlet = new SocketOutlet(this.#options.surroundings, socket, upgrade);
          socket.data = outlet;
          outlet.start(upgrade);
        },
        message: ({ data }, message) => {
          if (data instanceof SocketOutlet) data.received(message);
        },
        pong: ({ data }) => {
          if (data instanceof SocketOutlet) data.ponged();
        },
        drain: ({ data }) => {
          if (data instanceof SocketOutlet) data.drained();
        },
        close: ({ data }, code, reason) => {
          if (data instanceof SocketOutlet) data.ended(code, reason);
        },
      },
    });
    this.port = server.port ?? this.port;
    this.#current = server;
    this.#servers.add(server);
    this.#options.started(server);
  }

  #fetch(native: Request, server: Server): Response | undefined | Promise<Response | undefined> {
    const target = parseRequestTarget(native.url.slice(native.url.indexOf("/", "https://".length)));
    if (!target) return toResponse(badRequest);
    const request = new BunHttpRequest(native, {
      target,
      remoteAddress: () => {
        const peer = server.requestIP(native)?.address ?? "";
        return this.#options.clientAddress(peer, native.headers.get("x-forwarded-for") ?? undefined);
      },
      timeout: (seconds) => server.timeout(native, seconds),
    });
    const answer = answerRequest(this.#routes, request, this.#options.surroundings.log);
    if (!(answer instanceof Promise)) return this.#give(answer, native, server);
    // However long the answer takes, the client has done its part.
    server.timeout(native, 0);
    return answer.then((settled) => this.#give(settled, native, server));
  }

  #give(answer: Answer, native: Request, server: Server): Response | undefined {
    if (answer.kind === "reply") {
      server.timeout(native, this.#options.keepAliveSeconds);
      return toResponse(answer);
    }
    if (native.signal.aborted) return toResponse(badRequest);
    if (this.#options.isFull()) return toResponse(tooManyConnections);
    return answer.kind === "stream" ? this.#stream(answer, native, server) : this.#upgrade(answer, native, server);
  }

  #stream(answer: Stream, native: Request, server: Server): Response {
    server.timeout(native, 0);
    const { headers, gzip } = chooseCoding(answer, native.headers.get("accept-encoding") ?? undefined);
    const outlet = new StreamOutlet(this.#options, gzip);
    return new Response(outlet.start(answer, native.signal), { headers: { ...headers } });
  }

  #upgrade(answer: Upgrade, native: Request, server: Server): Response | undefined {
    // Bun echoes the first subprotocol offered when it is not told which to choose.
    native.headers.delete("sec-websocket-protocol");
    if (!answer.compress) native.headers.delete("sec-websocket-extensions");
    const protocol = answer.protocol === undefined ? {} : { "Sec-WebSocket-Protocol": answer.protocol };
    const accepted = server.upgrade(native, { headers: { ...answer.headers, ...protocol }, data: answer });
    return accepted ? undefined : toResponse(notWebSocket);
  }
}

function toResponse({ status, headers, body }: Reply): Response {
  const bytes = typeof body === "string" || body === undefined ? body : new Uint8Array(body);
  return new Response(bytes ?? null, { status, headers: { ...headers } });
}
