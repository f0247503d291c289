import { createServer, type Server as HttpServer } from "node:http";
import { Server as TlsServer } from "node:tls";
import type { Server } from "socket.io";
import { Engine } from "./doors/socketio/engine/index.ts";
import type { HttpRequest, Listener } from "./hub/index.ts";
import type { Clock } from "./kit/clock.ts";
import { matchesGlob } from "./kit/glob.ts";
import type { Log } from "./kit/log.ts";
import type { Wheel } from "./kit/wheel.ts";
import { attachNodeListener } from "./listeners/node/index.ts";
import { mountGuest, type RequestAnswer } from "./mount-guest.ts";

/** What a Socket.IO server on the hub's engine agrees on with its clients. Times in milliseconds. */
export interface SocketIoTerms {
  /** Pages that may connect, where `*` stands for anything; absent: those of the same host. */
  readonly corsOrigins?: readonly string[] | undefined;
  readonly pingInterval: number;
  readonly pingTimeout: number;
  /** Bytes of one message of a client. */
  readonly maxHttpBufferSize: number;
  /** Bytes that may wait for one client that does not read before it is sent away. */
  readonly maxQueuedBytes: number;
}

export interface SocketIoMount extends SocketIoTerms {
  readonly httpServer: HttpServer;
  readonly clock: Clock;
  readonly wheel: Wheel;
  readonly log: Log;
  /** Requests outside of Socket.IO's path. */
  readonly answer: RequestAnswer;
}

export interface MountedSocketIo {
  mount(): void;
  /** Ends its connections and hands the server back as it was. */
  unmount(): Promise<void>;
}

export const socketIoDefaults: Omit<SocketIoTerms, "corsOrigins"> = {
  pingInterval: 30_000,
  pingTimeout: 60_000,
  maxHttpBufferSize: 1e6,
  maxQueuedBytes: 1_048_576,
};

const UPGRADE_TIMEOUT_MS = 10_000;
/** Headers of the opening request that an application finds in `socket.handshake.headers`. */
const SHOWN_HEADERS = [
  ...["host", "origin", "referer", "user-agent", "accept-language", "cookie", "authorization"],
  ...["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "x-request-id"],
];

/** Binds Socket.IO to the hub's engine, whose connections are bounded, as a guest of somebody else's server. */
export function mountSocketIo(io: Server, options: SocketIoMount): MountedSocketIo {
  const { httpServer, clock, wheel, log, answer, maxQueuedBytes } = options;
  const path = io.path();
  const guest = createServer();
  const limits = { maxBufferedBytes: maxQueuedBytes, maxConnections: Number.MAX_SAFE_INTEGER, trustedProxies: [] };
  const listener: Listener = attachNodeListener(guest, { clock, log, ...limits });
  const engine = new Engine({
    topics: listener.topics,
    wheel,
    clock,
    path,
    transports: ["polling", "websocket"],
    pingIntervalMs: options.pingInterval,
    pingTimeoutMs: options.pingTimeout,
    upgradeTimeoutMs: UPGRADE_TIMEOUT_MS,
    maxHttpBufferSize: options.maxHttpBufferSize,
    maxQueuedBytes,
    cookie: "",
    headers: SHOWN_HEADERS,
    secure: httpServer instanceof TlsServer,
    isOriginAllowed: (request) => isOriginAllowed(options, request),
  });
  io.bind(engine);
  /** Before it is mounted there is nothing to hand back. */
  let handBack = (): void => {};
  return {
    mount() {
      void listener.open({ port: 0, routes: engine.routes });
      handBack = mountGuest(httpServer, { path, server: guest, answer });
    },
    async unmount() {
      await io.close();
      handBack();
      await listener.stop();
    },
  };
}

/** CORS alone would not do: a WebSocket is no request that a page reads. */
function isOriginAllowed({ corsOrigins }: SocketIoTerms, request: HttpRequest): boolean {
  const origin = request.header("origin");
  if (!origin) return true;
  if (!corsOrigins) return hostOf(origin) === request.host.toLowerCase();
  return corsOrigins.some((pattern) => matchesGlob(pattern.toLowerCase(), origin.toLowerCase()));
}

const hostOf = (origin: string): string | undefined => (URL.canParse(origin) ? new URL(origin).host : undefined);
