import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** What happens to bytes on their way in one direction. */
export interface Conditions {
  readonly delayMs?: number;
  /** Added to the delay, evenly distributed from 0; bytes keep their order. */
  readonly jitterMs?: number;
  readonly bytesPerSecond?: number;
  /** Bytes vanish, and neither side learns of it, nor that the other one has closed. */
  readonly blackHole?: boolean;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A wire with weather: what leads through it can be delayed, throttled, swallowed or cut. */
export interface TcpProxy extends Address {
  /** Connections that lead through it now. */
  readonly size: number;
  /** From clients to the target and back. What was already under way is not delayed again. */
  impose(conditions: { readonly up?: Conditions; readonly down?: Conditions }): void;
  /** No more conditions. What a black hole has swallowed stays lost: connections that it held are cut. */
  clear(): void;
  /** Breaks all, or some, connections without a goodbye. */
  cut(which?: (index: number) => boolean): void;
  /** Refuses new connections, or accepts them again. */
  refuse(refused: boolean): void;
  close(): Promise<void>;
}

/** The timers that it needs, an argument for tests. */
export interface ProxyClock {
  monotonic(): number;
  after(ms: number, task: () => void): () => void;
}

export interface TcpProxyOptions {
  /** Where to, in order of preference, asked for every connection; the first that accepts is taken. */
  readonly targets: () => readonly Address[];
  readonly clock?: ProxyClock;
  readonly random?: () => number;
}

/** Bytes that wait in one direction of one connection before its sender has to wait. */
const WAITING_LIMIT = 1 << 20;
/** A throttled chunk is passed on in pieces of a tenth of a second. */
const PIECES_PER_SECOND = 10;

const realClock: ProxyClock = {
  monotonic: () => performance.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};

type Direction = "up" | "down";

export async function createTcpProxy(options: TcpProxyOptions): Promise<TcpProxy> {
  const { targets, clock = realClock, random = Math.random } = options;
  const pairs = new Set<Pair>();
  let conditions: Readonly<Record<Direction, Conditions>> = { up: {}, down: {} };
  let refused = false;
  const weather: Weather = { clock, random, of: (direction) => conditions[direction] };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    client.on("error", () => {});
    if (refused) return void breakOff(client);
    connectFirst(targets()).then(
      (target) => {
        if (client.destroyed || refused) {
          breakOff(client);
          breakOff(target);
          return;
        }
        const pair = join(client, target, weather);
        pairs.add(pair);
        pair.whenGone(() => pairs.delete(pair));
      },
      () => breakOff(client),
    );
  });
  const { port } = await listen(server);
  const cut = (which: (pair: Pair, index: number) => boolean): void => {
    for (const [index, pair] of [...pairs].entries()) if (which(pair, index)) pair.cut();
  };
  return {
    host: "127.0.0.1",
    port,
    get size() {
      return pairs.size;
    },
    impose({ up = {}, down = {} }) {
      conditions = { up, down };
    },
    clear() {
      conditions = { up: {}, down: {} };
      cut((pair) => pair.robbed);
    },
    cut: (which = () => true) => cut((_, index) => which(index)),
    refuse(value) {
      refused = value;
    },
    async close() {
      refused = true;
      server.close();
      cut(() => true);
      await once(server, "close");
    },
  };
}

async function listen(server: Server): Promise<AddressInfo> {
  // A fleet of clients comes back at once.
  server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 });
  await once(server, "listening");
  return server.address() as AddressInfo;
}

async function connectFirst(targets: readonly Address[]): Promise<Socket> {
  for (const { host, port } of targets) {
    const socket = connect({ host, port, noDelay: true, allowHalfOpen: true });
    socket.on("error", () => {});
    const connected = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("close", () => resolve(false));
    });
    if (connected) return socket;
    socket.destroy();
  }
  throw new Error("no target accepts");
}

/** Without a goodbye, unless the goodbye is already on its way: such a socket cannot be reset, and would stay. */
const breakOff = (socket: Socket): unknown => (socket.writableEnded ? socket.destroy() : socket.resetAndDestroy());

interface Weather {
  readonly clock: ProxyClock;
  readonly random: () => number;
  of(direction: Direction): Conditions;
}

interface Pair {
  /** A black hole has swallowed something of it. */
  readonly robbed: boolean;
  cut(): void;
  whenGone(task: () => void): void;
}

function join(client: Socket, target: Socket, weather: Weather): Pair {
  const lanes = [
    lane(client, target, { weather, direction: "up" }),
    lane(target, client, { weather, direction: "down" }),
  ];
  let open = 2;
  const gone: (() => void)[] = [];
  for (const socket of [client, target]) {
    socket.on("close", () => {
      if (--open === 0) for (const task of gone) task();
    });
  }
  return {
    get robbed() {
      return lanes.some(({ robbed }) => robbed());
    },
    cut() {
      for (const each of lanes) each.stop();
      breakOff(client);
      breakOff(target);
    },
    whenGone: (task) => void gone.push(task),
  };
}

interface Lane {
  robbed(): boolean;
  stop(): void;
}

/** One direction of one connection. The end of it travels like its bytes. */
function lane(
  from: Socket,
  to: Socket,
  { weather, direction }: { readonly weather: Weather; readonly direction: Direction },
): Lane {
  const { clock, random } = weather;
  const queue: { readonly arrival: number; readonly deliver: () => unknown }[] = [];
  let cancelTimer = (): void => {};
  let waiting = 0;
  /** When the last of what is under way arrives: nothing overtakes it. */
  let arrival = 0;
  let robbed = false;

  /** Delivers what is due. Timers only wake it: two of them that are due together run in any order. */
  const deliverDue = (): void => {
    const now = clock.monotonic();
    for (let next = queue[0]; next && next.arrival <= now; next = queue[0]) {
      queue.shift();
      next.deliver();
    }
    cancelTimer();
    const [next] = queue;
    if (next) cancelTimer = clock.after(Math.max(1, next.arrival - now), deliverDue);
  };

  const schedule = (bytes: number, deliver: () => unknown): void => {
    const { delayMs = 0, jitterMs = 0, bytesPerSecond } = weather.of(direction);
    const now = clock.monotonic();
    const transfer = bytesPerSecond === undefined ? 0 : (bytes * 1_000) / bytesPerSecond;
    arrival = Math.max(now + delayMs + random() * jitterMs, Math.max(arrival, now) + transfer);
    queue.push({ arrival, deliver });
    deliverDue();
  };

  const pass = (chunk: Buffer): void => {
    waiting += chunk.length;
    if (waiting > WAITING_LIMIT) from.pause();
    schedule(chunk.length, () => {
      const flowing = to.write(chunk);
      waiting -= chunk.length;
      if (!flowing) from.pause();
      else if (waiting <= WAITING_LIMIT) from.resume();
    });
  };

  from.on("data", (chunk: Buffer) => {
    const { blackHole, bytesPerSecond } = weather.of(direction);
    if (blackHole || robbed) {
      robbed = true;
      return;
    }
    const size =
      bytesPerSecond === undefined ? chunk.length : Math.max(1, Math.ceil(bytesPerSecond / PIECES_PER_SECOND));
    for (let at = 0; at < chunk.length; at += size) pass(chunk.subarray(at, at + size));
  });
  to.on("drain", () => {
    if (waiting <= WAITING_LIMIT) from.resume();
  });
  from.on("end", () => {
    if (weather.of(direction).blackHole) robbed = true;
    if (!robbed) schedule(0, () => to.end());
  });
  from.on("close", (broken) => {
    if (weather.of(direction).blackHole) robbed = true;
    if (broken && !robbed) schedule(0, () => breakOff(to));
  });
  from.on("error", () => {});
  return {
    robbed: () => robbed,
    stop() {
      cancelTimer();
      queue.length = 0;
    },
  };
}
