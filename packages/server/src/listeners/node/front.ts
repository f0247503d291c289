import { type IncomingMessage, ServerResponse, validateHeaderValue } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type PerMessageDeflateOptions, type ServerOptions, WebSocketServer } from "ws";
import type { Answer, Reply, Stream, Upgrade } from "../../hub/ports/listener.ts";
import { parseRequestTarget, type RequestTarget } from "../../kit/http/request-target.ts";
import { answerRequest, badRequest, notWebSocket, tooManyConnections } from "../answer.ts";
import type { ClientAddress } from "../forwarded.ts";
import { chooseCoding } from "../gzip-stream.ts";
import { LINGER_MS } from "../listener-options.ts";
import type { RouteTable } from "../route-table.ts";
import type { Surroundings } from "./connection.ts";
import { NodeHttpRequest } from "./request.ts";
import { SocketOutlet } from "./socket-outlet.ts";
import { StreamOutlet } from "./stream-outlet.ts";

export interface FrontOptions {
  readonly surroundings: Surroundings;
  readonly clientAddress: ClientAddress;
  /** Whether the listener has as many connections as it may. */
  isFull(): boolean;
}

/** An upgrade request has no response of its own; the answer to it may be any. */
interface Handshake {
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Nothing is remembered from message to message: no memory for each socket, and the same bytes for all of them. */
const MESSAGE_BY_MESSAGE: PerMessageDeflateOptions = {
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  // An offer that asks for a smaller window is refused.
  serverMaxWindowBits: 15,
};

const targetOf = (request: IncomingMessage): RequestTarget | undefined =>
  parseRequestTarget((request.url ?? "").replace(/^https?:\/\/[^/?]*/i, ""));

/** Answers the requests and handshakes of a Node server by a table of routes. */
export class Front {
  readonly #routes: RouteTable;
  readonly #options: FrontOptions;
  readonly #upgrades = new WeakMap<IncomingMessage, Upgrade>();
  /** One for each limit in use, with and without compression: `ws` fixes both with the server. */
  readonly #webSocketServers = new Map<string, WebSocketServer>();

  constructor(routes: RouteTable, options: FrontOptions) {
    this.#routes = routes;
    this.#options = options;
  }

  /** Whether the path of a request is among the routes. */
  owns(request: IncomingMessage): boolean {
    const target = targetOf(request);
    return target !== undefined && this.#routes.find(target.path) !== undefined;
  }

  request(request: IncomingMessage, response: ServerResponse): void {
    this.#answer(request)
      .then((answer) => this.#give(answer, response))
      .catch((error: unknown) => this.#giveUp(error, response));
  }

  upgrade(request: IncomingMessage, handshake: Handshake): void {
    this.#upgrade(request, handshake).catch((error: unknown) => this.#giveUp(error, handshake.socket));
  }

  /** The answer itself cannot be sent, for instance because of a header that HTTP does not allow. */
  #giveUp(error: unknown, connection: ServerResponse | Duplex): void {
    this.#options.surroundings.log.error("an answer could not be sent", { error });
    connection.destroy();
  }

  async #upgrade(request: IncomingMessage, handshake: Handshake): Promise<void> {
    const { socket } = handshake;
    const ignore = (): void => {};
    socket.on("error", ignore);
    const answer = await this.#answer(request);
    const isWebSocket = request.headers.upgrade?.toLowerCase() === "websocket";
    if (answer.kind === "upgrade" && isWebSocket && !this.#options.isFull()) {
      socket.off("error", ignore);
      this.#accept(answer, request, handshake);
    } else if (socket instanceof Socket && !socket.destroyed) {
      const response = new ServerResponse(request);
      response.shouldKeepAlive = false;
      response.assignSocket(socket);
      response.on("finish", () => socket.end());
      this.#give(answer.kind === "upgrade" && isWebSocket ? tooManyConnections : answer, response);
    } else socket.destroy();
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const target = targetOf(request);
    if (!target) return badRequest;
    const { surroundings, clientAddress } = this.#options;
    const forwardedFor = request.headers["x-forwarded-for"];
    const remoteAddress = clientAddress(request.socket.remoteAddress ?? "", forwardedFor?.toString());
    return answerRequest(this.#routes, new NodeHttpRequest(request, { target, remoteAddress }), surroundings.log);
  }

  #give(answer: Answer, response: ServerResponse): void {
    if (answer.kind === "reply") send(answer, response);
    else if (answer.kind === "upgrade") send(notWebSocket, response);
    else if (this.#options.isFull()) send(tooManyConnections, response);
    else if (!response.destroyed) this.#stream(answer, response);
  }

  #stream(answer: Stream, response: ServerResponse): void {
    const coding = chooseCoding(answer, response.req.headers["accept-encoding"]?.toString());
    new StreamOutlet(this.#options.surroundings, response, coding).start(answer);
  }

  #accept(upgrade: Upgrade, request: IncomingMessage, { socket, head }: Handshake): void {
    this.#upgrades.set(request, upgrade);
    this.#webSocketServer(upgrade).handleUpgrade(request, socket, head, (webSocket) => {
      new SocketOutlet(this.#options.surroundings, webSocket, { raw: socket, compress: upgrade.compress }).start(
        upgrade,
      );
    });
  }

  #webSocketServer({ maxMessageBytes: maxPayload, compress }: Upgrade): WebSocketServer {
    const key = `${maxPayload} ${compress !== undefined}`;
    const known = this.#webSocketServers.get(key);
    if (known) return known;
    // The published types do not know `closeTimeout` yet.
    const options: ServerOptions & { closeTimeout: number } = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: compress !== undefined && MESSAGE_BY_MESSAGE,
      maxPayload,
      closeTimeout: LINGER_MS,
      // `ws` would choose the first subprotocol offered; ours goes in with the other headers.
      handleProtocols: () => false,
    };
    const server = new WebSocketServer(options);
    server.on("headers", (lines, request) => {
      const { headers, protocol } = this.#upgrades.get(request) ?? {};
      const own = protocol === undefined ? {} : { "Sec-WebSocket-Protocol": protocol };
      for (const [name, value] of Object.entries({ ...headers, ...own })) {
        validateHeaderValue(name, value);
        lines.push(`${name}: ${value}`);
      }
    });
    this.#webSocketServers.set(key, server);
    return server;
  }
}

function send({ status, headers, body }: Reply, response: ServerResponse): void {
  response.on("error", () => {});
  const bytes = typeof body === "string" ? Buffer.from(body) : (body ?? new Uint8Array());
  // Without a declared length Node would send chunks, also for an empty body.
  response.writeHead(status, { ...headers, "Content-Length": bytes.length });
  response.end(bytes);
}
