import { createServer } from "node:http";
import { Server } from "socket.io";
import { io as connect, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";
import { createMemoryRevocations } from "../../engines/memory/index.ts";
import { noLimits, testSettings } from "../../hub/hub-ground.fixture.ts";
import {
  closedNamespace,
  createHub,
  type Hub,
  type Engine as HubEngine,
  type Listener,
  type Namespace,
} from "../../hub/index.ts";
import { systemClock } from "../../kit/clock.ts";
import { randomIds } from "../../kit/ids.ts";
import { silentLog } from "../../kit/log.ts";
import { createDirectory } from "../../tenants/directory.ts";
import { memoryStorage, type Storage } from "./adapter/storages.fixture.ts";
import { Engine, type EngineOptions } from "./engine/index.ts";
import { createHubAdapter } from "./index.ts";

export interface Node {
  readonly io: Server;
  readonly hub: Hub;
  readonly url: string;
}

export interface NodeOptions {
  readonly engine?: Partial<EngineOptions>;
  readonly maxBufferedBytes?: number;
  readonly recovery?: boolean;
  /** What is published reaches the node some turns of the event loop later, as over a network. */
  readonly lag?: boolean;
  readonly tenant?: string;
  /** Socket.IO's own engine in place of the hub's. */
  readonly stock?: boolean;
}

/** Socket.IO servers on the hub's engine, joined by the hub's adapter, as nodes of one cluster; and official clients. */
export interface Ground {
  node(options?: NodeOptions): Promise<Node>;
  /** Resolves when all nodes know of each other. */
  acquainted(): Promise<void>;
  client(node: Node, options?: Partial<ManagerOptions & SocketOptions> & { readonly of?: string }): Socket;
  /** A connected client. */
  join(node: Node, options?: Partial<ManagerOptions & SocketOptions> & { readonly of?: string }): Promise<Socket>;
  close(): Promise<void>;
}

const room: Namespace = { ...closedNamespace, name: "room", historySize: 1000, historyTtlMs: 600_000 };

export function createGround(storage: Storage = memoryStorage): Ground {
  const createEngine = storage.cluster();
  const nodes: Node[] = [];
  const clients: Socket[] = [];
  const ends: (() => Promise<unknown>)[] = [];
  const ground: Ground = {
    async node(options = {}) {
      const hub = await startHub(options.lag ? late(createEngine()) : createEngine());
      const io = new Server({ ...(options.recovery ? { connectionStateRecovery: { skipMiddlewares: false } } : {}) });
      io.adapter(createHubAdapter(hub, options.tenant ? { tenant: options.tenant } : {}));
      const { port, stop } = await (options.stock ? openStock(io) : openEngine(io, hub, options));
      ends.push(async () => {
        await io.close();
        await stop();
        await hub.stop();
      });
      const node = { io, hub, url: `http://127.0.0.1:${port}` };
      nodes.push(node);
      return node;
    },
    async acquainted() {
      const known = await Promise.all(nodes.map(({ io }) => io.of("/").adapter.serverCount()));
      if (known.every((count) => count === nodes.length)) return;
      await new Promise((resolve) => setImmediate(resolve));
      await ground.acquainted();
    },
    client(node, { of = "/", ...options } = {}) {
      const client = connect(node.url + of, { forceNew: true, reconnection: false, autoConnect: false, ...options });
      clients.push(client);
      return client;
    },
    async join(node, options) {
      const client = ground.client(node, options);
      const connected = new Promise<void>((resolve, reject) => {
        client.once("connect", resolve);
        client.once("connect_error", reject);
      });
      client.connect();
      await connected;
      return client;
    },
    async close() {
      for (const client of clients) client.disconnect();
      for (const end of ends) await end();
    },
  };
  return ground;
}

interface Opened {
  readonly port: number;
  stop(): Promise<void>;
}

async function openEngine(io: Server, hub: Hub, options: NodeOptions): Promise<Opened> {
  const listener = await createListener(options.maxBufferedBytes ?? 1024 * 1024);
  const engine = new Engine({ ...engineOptions(hub, listener), ...options.engine });
  io.bind(engine);
  const { port } = await listener.open({ port: 0, hostname: "127.0.0.1", routes: engine.routes });
  return { port, stop: () => listener.stop() };
}

async function openStock(io: Server): Promise<Opened> {
  const server = createServer();
  io.attach(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  // Socket.IO closes the server that it is attached to.
  return { port: typeof address === "object" && address ? address.port : 0, stop: async () => {} };
}

async function startHub(engine: HubEngine): Promise<Hub> {
  const surroundings = { clock: systemClock, ids: randomIds, log: silentLog };
  const refuse = (): Promise<never> => Promise.reject(new Error("no tokens here"));
  const hub = createHub({
    ...surroundings,
    settings: testSettings,
    engine,
    revocations: createMemoryRevocations({ clock: systemClock }),
    authenticator: { connection: refuse, subscription: refuse },
    directory: createDirectory({
      withoutNamespace: { ...room, name: "" },
      namespaces: [room],
      limits: noLimits,
      tenants: [],
      allowUndeclared: true,
    }),
  });
  await hub.start();
  return hub;
}

/** Events come in order, each some turns of the event loop after it happened. */
function late(engine: HubEngine): HubEngine {
  const waiting: (() => void)[] = [];
  const turn = (left: number): void => {
    if (left > 0) setImmediate(() => turn(left - 1));
    else waiting.shift()?.();
  };
  return {
    ...engine,
    start: (node, events) =>
      engine.start(node, {
        ...events,
        publication: (...event) => {
          waiting.push(() => events.publication(...event));
          turn(3);
        },
      }),
  };
}

const engineOptions = (hub: Hub, { topics }: Listener): EngineOptions => ({
  topics,
  wheel: hub.wheel,
  clock: hub.clock,
  path: "/socket.io",
  transports: ["polling", "websocket"],
  pingIntervalMs: 25_000,
  pingTimeoutMs: 20_000,
  upgradeTimeoutMs: 10_000,
  maxHttpBufferSize: 1_000_000,
  maxQueuedBytes: 1024 * 1024,
  cookie: "",
  headers: ["origin", "cookie", "user-agent"],
  secure: false,
  isOriginAllowed: () => true,
});

async function createListener(maxBufferedBytes: number): Promise<Listener> {
  const options = { clock: systemClock, log: silentLog, maxBufferedBytes, maxConnections: 10_000, trustedProxies: [] };
  if (process.versions.bun === undefined) {
    return (await import("../../listeners/node/index.ts")).createNodeListener(options);
  }
  return (await import("../../listeners/bun/index.ts")).createBunListener({
    ...options,
    largestMessageBytes: 1_000_000,
  });
}

/** The next occurrence of an event, with its arguments. */
export const next = (client: Pick<Socket, "once">, event: string): Promise<unknown[]> =>
  new Promise((resolve) => {
    client.once(event, (...args: unknown[]) => resolve(args));
  });

/** Everything that arrives under an event, as first arguments. */
export function collect(client: Socket, event: string): unknown[] {
  const seen: unknown[] = [];
  client.on(event, (value: unknown) => seen.push(value));
  return seen;
}
