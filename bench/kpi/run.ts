import { type ChildProcess, fork } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { io, type Socket } from "socket.io-client";
import { percentile } from "../measure/statistics.ts";
import type { Question } from "./service.ts";

/**
 * The figures that the document of `WebSocketService` promises, measured with official clients on loopback. Server and
 * clients are two processes, whose clocks are never compared.
 */
const SECRET = "the secret of the bench";
const CONNECTS = 100;
const MESSAGES = 1_000;
/** Connections until code is compiled and heaps have their size: they say nothing about the next one. */
const WARM_UP = 250;
const CONNECTIONS = 1_250;
const MORE_CONNECTIONS = 2_000;
const AT_ONCE = 25;
const CROWD = 200;
const FLOOD = 500;
const SETTLE_MS = 2_000;
/** A Node process with Socket.IO and nothing to do. */
const BASE_MEGABYTES = 70;

interface Row {
  readonly name: string;
  readonly goal: string;
  readonly reached: string;
  readonly isMet: boolean;
}

const segment = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

function tokenOf(userId: string): string {
  const signed = `${segment({ alg: "HS256", typ: "JWT" })}.${segment({ userId })}`;
  return `${signed}.${createHmac("sha256", SECRET).update(signed).digest("base64url")}`;
}

const next = <Content>(socket: Socket, event: string): Promise<Content> =>
  new Promise((resolve) => socket.once(event, resolve));

async function connect(url: string, userId: string, transports = ["websocket"]): Promise<Socket> {
  const socket = io(url, { transports, forceNew: true, reconnection: false, auth: { token: tokenOf(userId) } });
  await new Promise<void>((resolve, reject) => {
    socket.once("authenticated", () => resolve());
    socket.once("connect_error", reject);
  });
  return socket;
}

async function connectMany(url: string, from: number, to: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (let start = from; start < to; start += AT_ONCE) {
    const ids = Array.from({ length: Math.min(AT_ONCE, to - start) }, (_, index) => `user-${start + index}`);
    sockets.push(...(await Promise.all(ids.map((id) => connect(url, id)))));
  }
  return sockets;
}

async function ask<Answer>(server: ChildProcess, question: Question): Promise<Answer> {
  const answered = once(server, "message");
  server.send(question);
  const [{ answer }] = await answered;
  return answer;
}

async function timeEach(count: number, work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return times;
}

const shown = (value: number): string => (value < 1 ? value.toFixed(3) : value.toFixed(1));

/** The goal is for the share of 99 in 100. */
function below(name: string, times: readonly number[], goal: number): Row {
  const [p50 = 0, p95 = 0, p99 = 0] = [0.5, 0.95, 0.99].map((share) => percentile(times, share));
  const reached = `p50 ${shown(p50)}, p95 ${shown(p95)}, p99 ${shown(p99)} ms`;
  return { name, goal: `p99 < ${goal} ms`, reached, isMet: p99 < goal };
}

async function measureCalls(server: ChildProcess): Promise<Row[]> {
  const calls = await ask<Record<"register" | "publish" | "emit", number[]>>(server, { ask: "calls" });
  return [
    below("registerUser", calls.register, 5),
    below("publishNotification", calls.publish, 5),
    below("sendToUser", calls.emit, 2),
  ];
}

async function measureLatencies(url: string): Promise<Row[]> {
  const connectOnce = (transports: string[]) => async (): Promise<unknown> =>
    (await connect(url, "caller", transports)).disconnect();
  const overWebSocket = await timeEach(CONNECTS, connectOnce(["websocket"]));
  const overPolling = await timeEach(CONNECTS, connectOnce(["polling", "websocket"]));
  const [sender, receiver] = [await connect(url, "sender"), await connect(url, "receiver")];
  await Promise.all([sender, receiver].map((socket) => socket.emitWithAck("join-room", "pair")));
  const acks = await timeEach(MESSAGES, () => sender.emitWithAck("ping"));
  const messages = await timeEach(MESSAGES, () => {
    const arrived = next(receiver, "update");
    sender.emit("publish-update", { roomId: "pair", type: "T", payload: { orderId: "12345" } });
    return arrived;
  });
  sender.disconnect();
  receiver.disconnect();
  return [
    below("connect and register, WebSocket", overWebSocket, 50),
    below("connect and register, polling first", overPolling, 50),
    below("ack round trip", acks, 2),
    below("update, client to client", messages, 2),
  ];
}

/** Deliveries from the first publication to the last arrival. */
async function measureThroughput(server: ChildProcess, sockets: readonly Socket[]): Promise<Row> {
  await Promise.all(sockets.map((socket) => socket.emitWithAck("join-room", "crowd")));
  let count = 0;
  const done = sockets.map((socket) => {
    return new Promise<void>((resolve) => {
      socket.on("update", ({ payload }: { payload: { last: boolean } }) => {
        count++;
        if (payload.last) resolve();
      });
    });
  });
  const start = performance.now();
  await ask(server, { ask: "flood", count: FLOOD });
  await Promise.all(done);
  const perSecond = Math.round((count * 1_000) / (performance.now() - start));
  const isWhole = count === sockets.length * FLOOD;
  const reached = `${perSecond} deliveries/s to ${sockets.length} clients${isWhole ? "" : ", some lost or doubled"}`;
  return { name: "throughput", goal: "≥ 10000 deliveries/s", reached, isMet: isWhole && perSecond >= 10_000 };
}

async function measureMemory(server: ChildProcess, url: string): Promise<Row[]> {
  const idle = await ask<number>(server, { ask: "memory" });
  const sockets = await connectMany(url, 0, WARM_UP);
  await pause(SETTLE_MS);
  const before = await ask<number>(server, { ask: "memory" });
  sockets.push(...(await connectMany(url, WARM_UP, CONNECTIONS)));
  await pause(SETTLE_MS);
  const some = await ask<number>(server, { ask: "memory" });
  const throughput = await measureThroughput(server, sockets.slice(0, CROWD));
  sockets.push(...(await connectMany(url, CONNECTIONS, MORE_CONNECTIONS)));
  const isFull = sockets.length === MORE_CONNECTIONS && sockets.every(({ connected }) => connected);
  for (const socket of sockets) socket.disconnect();
  const [kilobytes, megabytes] = [(some - before) / 1_000 / (CONNECTIONS - WARM_UP), some / 1e6];
  const total = BASE_MEGABYTES + (CONNECTIONS * 50) / 1_000;
  return [
    throughput,
    {
      name: "connections at once",
      goal: `${MORE_CONNECTIONS}`,
      reached: isFull ? `${sockets.length}` : "some were lost",
      isMet: isFull,
    },
    {
      name: "memory per connection",
      goal: "≤ 50 kB RSS",
      reached: `${kilobytes.toFixed(1)} kB`,
      isMet: kilobytes <= 50,
    },
    {
      name: `memory at ${CONNECTIONS} connections`,
      goal: `≤ ${total.toFixed(0)} MB RSS`,
      reached: `${megabytes.toFixed(0)} MB, ${(idle / 1e6).toFixed(0)} MB without connections`,
      isMet: megabytes <= total,
    },
  ];
}

/** A server of its own: what another measure left in the heap would stand for connections. */
async function withServer<Result>(measure: (server: ChildProcess, url: string) => Promise<Result>): Promise<Result> {
  const server = fork(new URL("./service.ts", import.meta.url), {
    execArgv: ["--expose-gc"],
    env: { PATH: process.env.PATH, JWT_SECRET: SECRET },
  });
  try {
    const [{ port }] = await once(server, "message");
    return await measure(server, `http://127.0.0.1:${port}`);
  } finally {
    server.disconnect();
  }
}

const at = new Date();
const machine = { cores: cpus().length, model: cpus()[0]?.model, load: loadavg()[0], node: process.version };
const rows = [
  ...(await withServer(async (server, url) => {
    await measureCalls(server);
    return [...(await measureCalls(server)), ...(await measureLatencies(url))];
  })),
  ...(await withServer(measureMemory)),
];
const lines = rows.map(
  ({ name, goal, reached, isMet }) => `| ${name} | ${goal} | ${reached} | ${isMet ? "yes" : "no"} |`,
);
console.log(["| figure | goal | reached | met |", "|---|---|---|---|", ...lines].join("\n"));
const folder = new URL("../results/", import.meta.url);
await mkdir(folder, { recursive: true });
const file = `${at.toISOString().slice(0, 19).replaceAll(":", "-")}-kpi.json`;
await writeFile(new URL(file, folder), `${JSON.stringify({ at: at.toISOString(), machine, rows }, null, 2)}\n`);
console.log(`\nload ${machine.load?.toFixed(1)} on ${machine.cores} cores, written to bench/results/${file}`);
process.exit();
