import { EventEmitter } from "node:events";
import {
  type Answer,
  BodyTooLarge,
  type Disconnect,
  disconnects,
  type Headers,
  type HttpRequest,
  type Inlet,
  type Outlet,
  type Reply,
  type Route,
  type Topics,
} from "../../../hub/index.ts";
import type { Clock } from "../../../kit/clock.ts";
import type { Wheel } from "../../../kit/wheel.ts";
import { Connection, type ConnectionTerms, type OpeningRequest, PacketError } from "./connection.ts";
import { EngineTopics } from "./topics.ts";

export { Connection, type ConnectionOwner, type OpeningRequest } from "./connection.ts";
export { EngineTopics } from "./topics.ts";

export type EngineTransport = "polling" | "websocket";

export interface EngineOptions {
  readonly topics: Topics;
  readonly wheel: Wheel;
  readonly clock: Clock;
  /** Where it is mounted, without a slash at its end. */
  readonly path: string;
  readonly transports: readonly EngineTransport[];
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  readonly upgradeTimeoutMs: number;
  /** The largest message, and the largest body of a POST. */
  readonly maxHttpBufferSize: number;
  /** Bytes that may wait for one client that polls. */
  readonly maxQueuedBytes: number;
  /** Name of the cookie that carries the connection's id, for proxies that keep a client on one node; "" for none. */
  readonly cookie: string;
  /** Request headers that the application sees in `socket.handshake.headers`. */
  readonly headers: readonly string[];
  readonly secure: boolean;
  /** Whether a page of this origin may connect. */
  isOriginAllowed(request: HttpRequest): boolean;
  /** Why a new connection is not let in; `undefined` when it is. */
  allowRequest?(request: HttpRequest): Reply | undefined;
}

/** Answers that official clients know (Engine.IO protocol v4). */
const refusals = {
  transport: { code: 0, message: "Transport unknown" },
  session: { code: 1, message: "Session ID unknown" },
  method: { code: 2, message: "Bad handshake method" },
  request: { code: 3, message: "Bad request" },
  forbidden: { code: 4, message: "Forbidden" },
  version: { code: 5, message: "Unsupported protocol version" },
} as const;

/**
 * An Engine.IO v4 server on the routes of any listener, for `io.bind(engine)`: it knows neither sockets nor a runtime.
 * Emits "connection" with each `Connection` and the `HttpRequest` that opened it.
 */
export class Engine extends EventEmitter {
  readonly topics: EngineTopics;
  readonly routes: readonly Route[];
  readonly #options: EngineOptions;
  readonly #terms: ConnectionTerms;
  readonly #connections = new Map<string, Connection>();
  #closed = false;

  constructor(options: EngineOptions) {
    super();
    this.#options = options;
    this.topics = new EngineTopics(options.topics);
    this.#terms = {
      ...options,
      topics: this.topics,
      now: () => options.clock.now(),
      maxPayloadBytes: options.maxHttpBufferSize,
      upgrades: options.transports.includes("websocket"),
      gone: ({ id }) => this.#connections.delete(id),
    };
    const handle = (request: HttpRequest): Promise<Answer> => this.#handle(request);
    this.routes = [options.path, `${options.path}/`].map((path) => ({ method: "*", path, handle }));
  }

  get clientsCount(): number {
    return this.#connections.size;
  }

  /** Ends all connections and takes no new ones. */
  close(disconnect: Disconnect = disconnects.shutdown): this {
    this.#closed = true;
    for (const connection of [...this.#connections.values()]) connection.close(disconnect, "server shutting down");
    return this;
  }

  // Requests

  async #handle(request: HttpRequest): Promise<Answer> {
    if (!this.#options.isOriginAllowed(request)) return refuse(refusals.forbidden, 403);
    const cors = corsHeaders(request);
    if (request.method === "OPTIONS") return preflight(request, cors);
    const answer = await this.#answer(request);
    // A client that will not use its connection again waits for its end, which a runtime may not tell it.
    const last = request.header("connection")?.toLowerCase() === "close" && answer.kind === "reply";
    return { ...answer, headers: { ...answer.headers, ...cors, ...(last ? { connection: "close" } : {}) } };
  }

  #answer(request: HttpRequest): Answer | Promise<Answer> {
    const { query } = request;
    const transport = query.get("transport");
    if (!this.#options.transports.some((name) => name === transport)) return refuse(refusals.transport);
    if (query.get("EIO") !== "4") return refuse(refusals.version);
    const sid = query.get("sid");
    if (sid === null) return this.#handshake(request, transport === "websocket");
    const connection = this.#connections.get(sid);
    if (!connection) return refuse(refusals.session);
    if (transport === "websocket") return this.#upgrade(connection);
    if (connection.socket) return refuse(refusals.request);
    if (request.method === "GET") return pollOf(connection);
    if (request.method === "POST") return this.#post(connection, request);
    return refuse(refusals.method);
  }

  #handshake(request: HttpRequest, overWebSocket: boolean): Answer | Promise<Answer> {
    if (request.method !== "GET") return refuse(refusals.method);
    const refused = this.#closed ? refuse(refusals.forbidden, 503) : this.#options.allowRequest?.(request);
    if (refused) return refused;
    if (overWebSocket) return this.#overWebSocket((outlet) => this.#admit(request, outlet));
    const connection = this.#admit(request);
    return pollOf(connection, this.#cookieOf(connection));
  }

  #cookieOf({ id }: Connection): Headers {
    const { cookie } = this.#options;
    return cookie === "" ? {} : { "set-cookie": `${cookie}=${id}; Path=/; HttpOnly; SameSite=Lax` };
  }

  #admit(request: HttpRequest, socket?: Outlet): Connection {
    const { remoteAddress } = request;
    const init = { id: freshId(), remoteAddress, request: this.#openingRequest(request) };
    const connection = new Connection(this.#terms, init, socket);
    this.#connections.set(connection.id, connection);
    connection.open();
    this.emit("connection", connection, request);
    return connection;
  }

  #openingRequest(request: HttpRequest): OpeningRequest {
    const { headers, secure } = this.#options;
    const known = headers.flatMap((name) => {
      const value = request.header(name);
      return value === undefined ? [] : [[name.toLowerCase(), value] as const];
    });
    const { query, path, method } = request;
    return {
      headers: Object.fromEntries(known),
      url: `${path}?${query}`,
      method,
      _query: Object.fromEntries(query),
      connection: { encrypted: secure },
    };
  }

  async #post(connection: Connection, request: HttpRequest): Promise<Answer> {
    try {
      const taken = await connection.post(() => request.body(this.#options.maxHttpBufferSize));
      return taken ? text("ok") : refuse(refusals.request);
    } catch (error) {
      if (error instanceof PacketError) return refuse(refusals.request);
      if (error instanceof BodyTooLarge) {
        return { kind: "reply", status: 413, headers: { connection: "close" }, body: error.message };
      }
      throw error;
    }
  }

  #upgrade(connection: Connection): Answer {
    const { maxHttpBufferSize: maxMessageBytes } = this.#options;
    return {
      kind: "upgrade",
      maxMessageBytes,
      connect: (outlet) => {
        if (!connection.probe(outlet)) outlet.close(disconnects.badRequest);
        return new SocketInlet(connection, outlet);
      },
    };
  }

  #overWebSocket(admit: (outlet: Outlet) => Connection): Answer {
    const { maxHttpBufferSize: maxMessageBytes } = this.#options;
    return { kind: "upgrade", maxMessageBytes, connect: (outlet) => new SocketInlet(admit(outlet), outlet) };
  }
}

/** The way in of one WebSocket, before and after it has taken over. */
class SocketInlet implements Inlet {
  readonly #connection: Connection;
  readonly #outlet: Outlet;

  constructor(connection: Connection, outlet: Outlet) {
    this.#connection = connection;
    this.#outlet = outlet;
  }

  message(data: string | Uint8Array): void {
    const connection = this.#connection;
    if (connection.socket !== this.#outlet) {
      connection.probed(this.#outlet, data);
      return;
    }
    try {
      connection.message(data);
    } catch (error) {
      if (!(error instanceof PacketError)) throw error;
      connection.garbage(error.message);
    }
  }

  overflow(): void {
    if (this.#connection.socket === this.#outlet) this.#connection.overflow();
    else this.#outlet.close(disconnects.slow);
  }

  stalled(): void {
    if (this.#connection.socket === this.#outlet) this.#connection.stalled();
  }

  closed(code: number, reason: string): void {
    this.#connection.socketClosed(this.#outlet, code, reason);
  }
}

async function pollOf(connection: Connection, headers: Headers = {}): Promise<Answer> {
  const body = await connection.poll();
  return body === undefined ? refuse(refusals.request) : text(body, headers);
}

/** Unguessable: whoever knows it speaks for the connection. */
const freshId = (): string => crypto.getRandomValues(Buffer.alloc(18)).toString("base64url");

const text = (body: string, headers: Headers = {}): Reply => ({
  kind: "reply",
  status: 200,
  headers: { "content-type": "text/plain; charset=UTF-8", "cache-control": "no-store", ...headers },
  body,
});

const refuse = (refusal: (typeof refusals)[keyof typeof refusals], status = 400): Reply => ({
  kind: "reply",
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(refusal),
});

/** Without an Origin it is no browser that asks. */
function corsHeaders(request: HttpRequest): Headers {
  const origin = request.header("origin");
  if (!origin) return {};
  return { "access-control-allow-origin": origin, "access-control-allow-credentials": "true", vary: "origin" };
}

function preflight(request: HttpRequest, cors: Headers): Reply {
  const asked = request.header("access-control-request-headers");
  const headers = {
    ...cors,
    "access-control-allow-methods": "GET, POST, OPTIONS",
    "access-control-max-age": "300",
    ...(asked === undefined ? {} : { "access-control-allow-headers": asked }),
  };
  return { kind: "reply", status: 204, headers };
}
