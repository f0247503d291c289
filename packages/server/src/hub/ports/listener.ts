import type { Frame, Inlet, Outlet } from "./outlet.ts";
import type { Topics } from "./topics.ts";

/** One incoming HTTP request, before its body. Header names are case-insensitive. */
export interface HttpRequest {
  readonly method: string;
  /** Decoded path without the query, always starting with "/". */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The client's address; taken from forwarding headers only when the peer is a trusted proxy. */
  readonly remoteAddress: string;
  /** The `Host` the client asked for, with the port if it sent one. */
  readonly host: string;
  header(name: string): string | undefined;
  /** Reads the whole body. Throws `BodyTooLarge` as soon as it exceeds `limit` bytes. */
  body(limit: number): Promise<Uint8Array>;
}

export class BodyTooLarge extends Error {
  constructor(limit: number) {
    super(`the request body is larger than ${limit} bytes`);
    this.name = "BodyTooLarge";
  }
}

export type Headers = Readonly<Record<string, string>>;

/** A whole response. */
export interface Reply {
  readonly kind: "reply";
  readonly status: number;
  readonly headers?: Headers;
  readonly body?: Frame;
}

/** Accepts a WebSocket handshake. Answers 400 by itself when the request is not one. */
export interface Upgrade {
  readonly kind: "upgrade";
  /** The chosen subprotocol; when absent none is echoed. */
  readonly protocol?: string;
  readonly headers?: Headers;
  /** A larger incoming message ends the connection with 1009. */
  readonly maxMessageBytes: number;
  /** Take an offer of permessage-deflate; absent: refuse it. */
  readonly compress?: MessageCompression | undefined;
  connect(outlet: Outlet): Inlet;
}

/** How the messages of a socket are compressed, for clients that offer it. */
export interface MessageCompression {
  /** Shorter messages leave as they are. In characters for text. */
  readonly minSize: number;
  /** From 1, the fastest, to 9, as zlib counts; a listener whose runtime decides by itself does not heed it. */
  readonly level: number;
}

/** A response without an end: status 200, each frame written as it is. `Outlet.close` ends it. */
export interface Stream {
  readonly kind: "stream";
  readonly headers?: Headers;
  /** Send one gzip stream to clients that accept it; what leaves in one write can be read at once. Absent: never. */
  readonly compress?: boolean;
  connect(outlet: Outlet): Inlet;
}

export type Answer = Reply | Upgrade | Stream;

export interface Route {
  /** An HTTP method, or "*" for all. */
  readonly method: string;
  /** An exact path, or a prefix that ends in "/*". The longest match wins, exact before prefix. */
  readonly path: string;
  /** Asks for some requests of an exact path alone, before routes that take all of it. */
  when?(request: HttpRequest): boolean;
  /** A rejection is answered with 500 and logged; `BodyTooLarge` with 413. */
  handle(request: HttpRequest): Answer | Promise<Answer>;
}

export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface Endpoint {
  /** Absent: all addresses, IPv4 and IPv6. */
  readonly hostname?: string;
  /** 0 picks a free port. */
  readonly port: number;
  readonly tls?: TlsFiles;
  /** Other processes listen on the same port, and the kernel spreads the connections over all of them. */
  readonly shared?: boolean;
  readonly routes: readonly Route[];
}

export interface BoundEndpoint {
  readonly port: number;
  /** Reads the certificate files again; open connections stay. Rejects, and keeps the old ones, when they are not usable. */
  reloadTls(): Promise<void>;
}

/** What moves bytes on one runtime. */
export interface Listener {
  readonly topics: Topics;
  /** Starts to accept. May be called for several endpoints. Rejects with the reason (port taken, bad certificate). */
  open(endpoint: Endpoint): Promise<BoundEndpoint>;
  /** Stops accepting on all endpoints; open sockets and running requests go on. */
  drain(): Promise<void>;
  /** After `drain`: resolves when no connection is left and all that was queued has been taken by the kernel. */
  emptied(): Promise<void>;
  /** Ends what is left, at once. */
  stop(): Promise<void>;
}

/** Bounds and facts that every listener honours. */
export interface ListenerLimits {
  /** Bytes queued for one connection before `Inlet.overflow` is called. */
  readonly maxBufferedBytes: number;
  /**
   * How long bytes may wait for one connection while the kernel takes none, before `Inlet.stalled` is called and the
   * connection is cut. Counted from the first frame that found others waiting; at least this, and a third more at most
   * while the process is not busy. Absent or 0: forever.
   */
  readonly writeTimeoutMs?: number;
  /** Open sockets and streams; over it new ones get 503 and `Connection: close`. */
  readonly maxConnections: number;
  /** Addresses or CIDR ranges whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
}
