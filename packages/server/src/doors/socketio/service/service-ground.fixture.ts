import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { io as connect, type Socket } from "socket.io-client";
import { signRaw } from "../../../auth/token.fixture.ts";
import { WebSocketService, type WebSocketServiceOptions } from "../../../websocket-service.ts";
import type { ClientToServerEvents, ServerToClientEvents } from "./events.ts";
import type { RoomSocket } from "./service-options.ts";

const JWT_SECRET = "the secret of the application";

export type ClientSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

export interface ConnectOptions {
  /** Further claims. */
  readonly claims?: object;
  /** Instead of a good token. */
  readonly auth?: object;
  readonly transports?: readonly ("polling" | "websocket")[];
  readonly reconnection?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ServiceGround extends AsyncDisposable {
  readonly service: WebSocketService;
  readonly httpServer: HttpServer;
  readonly url: string;
  /** An official client, not yet connected. */
  client(userId: string, options?: ConnectOptions): ClientSocket;
  /** An official client that is registered. */
  connected(userId: string, options?: ConnectOptions): Promise<ClientSocket>;
}

export const tokenOf = (userId: string, claims: object = {}): string =>
  signRaw({ userId, ...claims }, { secret: JWT_SECRET });

/** A service on a server of its own, ready, without Redis unless told. */
export async function startService(options: WebSocketServiceOptions = {}): Promise<ServiceGround> {
  const httpServer = createServer((_, response) => response.writeHead(404).end());
  const service = new WebSocketService(httpServer, {
    redis: false,
    jwt: { secret: JWT_SECRET },
    healthyLoopLag: Number.POSITIVE_INFINITY,
    ...options,
  });
  service.setupEventHandlers();
  await service.initialize();
  await new Promise<void>((resolve) => httpServer.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(httpServer.address() as AddressInfo).port}`;
  const clients = new Set<ClientSocket>();
  function client(
    userId: string,
    { claims, auth, transports = ["websocket"], ...more }: ConnectOptions = {},
  ): ClientSocket {
    const { headers, reconnection = false } = more;
    const socket: ClientSocket = connect(url, {
      autoConnect: false,
      forceNew: true,
      reconnection,
      reconnectionDelay: 10,
      reconnectionDelayMax: 50,
      transports: [...transports],
      auth: auth ?? { token: tokenOf(userId, claims) },
      ...(headers ? { extraHeaders: { ...headers } } : {}),
    });
    clients.add(socket);
    return socket;
  }
  return {
    service,
    httpServer,
    url,
    client,
    async connected(userId, clientOptions) {
      const socket = client(userId, clientOptions);
      const registered = next(socket, "authenticated");
      socket.connect();
      await registered;
      return socket;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of clients) socket.disconnect();
      await service.close();
      httpServer.closeAllConnections();
      if (httpServer.listening) await new Promise((resolve) => httpServer.close(resolve));
    },
  };
}

/** The first argument of the next event of this name. */
export function next<Content = unknown>(socket: ClientSocket, event: string): Promise<Content> {
  return new Promise((resolve) => {
    (socket as unknown as Socket).once(event, (content: Content) => resolve(content));
  });
}

/** All events of this name from now on. */
export function heard<Content = unknown>(socket: ClientSocket, event: string): Content[] {
  const all: Content[] = [];
  (socket as unknown as Socket).on(event, (content: Content) => all.push(content));
  return all;
}

/** Resolves when what was sent to this client before has arrived: its answer comes after that. */
export async function settled(socket: ClientSocket): Promise<void> {
  await socket.emitWithAck("ping");
}

/** Resolves when the condition holds, looked at in every turn of the event loop; gives up after a minute. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`never came true: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export interface FakeSocket extends RoomSocket {
  readonly joined: Set<string>;
  readonly emitted: { readonly room: string | undefined; readonly event: string; readonly content: unknown }[];
}

/** What a test without connections hands to `joinRoom`. */
export function fakeSocket(id: string): FakeSocket {
  const joined = new Set<string>();
  const emitted: { room: string | undefined; event: string; content: unknown }[] = [];
  const emitInto = (room: string | undefined) => (event: string, content: unknown) => {
    emitted.push({ room, event, content });
  };
  return {
    id,
    joined,
    emitted,
    join: (room) => void joined.add(room),
    leave: (room) => void joined.delete(room),
    to: (room) => ({ emit: emitInto(room) }),
    emit: emitInto(undefined),
  };
}
